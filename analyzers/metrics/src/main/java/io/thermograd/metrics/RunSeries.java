package io.thermograd.metrics;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Severity;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What is exported about one run: its latest insight, kept as it is, and its counts. Publishing is
 * one reference written, and a scrape sees all numbers of one insight or all of the next.
 *
 * <p>Written by the run's owner thread, read by any.
 */
final class RunSeries {

  /** What makes a count of alerts one series. */
  record AlertKind(String kind, Severity severity) {}

  /** One consistent view; {@code publishedAt} in seconds since the Unix epoch by this clock. */
  record Published(RunLabels labels, Insight insight, double publishedAt) {}

  private final LongAdder steps = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Map<AlertKind, LongAdder> alerts = new ConcurrentHashMap<>();
  private volatile @Nullable Published published;
  private volatile boolean up = true;

  /** Returns how many of the labels were left out, when the labels are new; otherwise 0. */
  int publish(Insight insight, Map<String, String> own, double publishedAt) {
    Published before = published;
    RunLabels labels = before == null ? null : before.labels();
    int leftOut = 0;
    if (labels == null || !labels.madeFrom(own)) {
      labels = RunLabels.of(insight.runId(), own);
      leftOut = labels.dropped();
    }
    long droppedBefore = 0; // the agents' own count is cumulative within an attempt
    if (before != null && before.insight().attempt() == insight.attempt()) {
      steps.add(Math.max(0, insight.step() - before.insight().step()));
      droppedBefore = droppedBy(before.insight());
    }
    dropped.add(Math.max(0, droppedBy(insight) - droppedBefore));
    published = new Published(labels, insight, publishedAt);
    up = true;
    return leftOut;
  }

  /** Counts an episode where it opens: what updates or closes it is no further alert. */
  void alert(Alert alert) {
    if (alert.state() != Alert.State.OPENED) {
      return;
    }
    alerts
        .computeIfAbsent(new AlertKind(alert.kind(), alert.severity()), k -> new LongAdder())
        .increment();
  }

  private static long droppedBy(Insight insight) {
    Quantity events = insight.quantities().get(QuantityName.DROPPED_EVENTS.id());
    Double value = events == null ? null : events.value();
    return value == null ? 0 : Math.round(value);
  }

  void down() {
    up = false;
  }

  /** Null before the first insight: until then nothing of the run is exported. */
  @Nullable Published published() {
    return published;
  }

  boolean up() {
    return up;
  }

  long steps() {
    return steps.sum();
  }

  long dropped() {
    return dropped.sum();
  }

  Map<AlertKind, LongAdder> alerts() {
    return alerts;
  }
}
