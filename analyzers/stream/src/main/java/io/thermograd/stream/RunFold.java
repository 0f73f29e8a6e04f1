package io.thermograd.stream;

import io.thermograd.wire.Insight;
import io.thermograd.wire.proto.Event;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;

/**
 * One run's whole analysis as a deterministic fold over its events: the state after an event
 * depends on the events before it and on nothing else, neither clock nor batching.
 *
 * <p>Not thread-safe: one owner thread.
 */
public final class RunFold {
  private final String runId;
  private final AnalysisConfig config;

  public RunFold(String runId, AnalysisConfig config) {
    this.runId = runId;
    this.config = config;
  }

  /** Applies one decoded event of this run. Never throws for what the event holds. */
  public void apply(Event event, FoldOutput output) {
    throw new UnsupportedOperationException(runId + config);
  }

  /** What is known now, of the newest attempt; empty before its first analysed step. */
  public Optional<Insight> current() {
    return Optional.empty();
  }

  /** Whether the newest attempt has ended. */
  public boolean finished() {
    return false;
  }

  /** Writes the state; the same state always gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {}

  /** Reads back what {@link #writeTo} wrote. */
  public static RunFold readFrom(DataInput in, AnalysisConfig config) throws IOException {
    return new RunFold(in.readUTF(), config);
  }
}
