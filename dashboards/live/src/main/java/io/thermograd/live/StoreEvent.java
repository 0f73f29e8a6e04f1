package io.thermograd.live;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;

/** A change of a {@link LiveStore}, in the order of changes. */
sealed interface StoreEvent {
  /** Rises by one with every change of the store. */
  long id();

  /** The run it is about; empty when it is about all. */
  String runId();

  record InsightStored(long id, Insight insight) implements StoreEvent {
    @Override
    public String runId() {
      return insight.runId();
    }
  }

  record AlertStored(long id, Alert alert) implements StoreEvent {
    @Override
    public String runId() {
      return alert.runId();
    }
  }

  /** A run appeared, changed its status, started another attempt or went away. */
  record RunChanged(long id, String runId) implements StoreEvent {}

  /** The store has caught up with history: whatever was read before may lack some of it. */
  record Reload(long id) implements StoreEvent {
    @Override
    public String runId() {
      return "";
    }
  }
}
