package io.thermograd.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;

/** One metric name and its series, gathered during one scrape. */
final class Family {
  private final MetricMetadata metadata;
  private final List<GaugeDataPointSnapshot> gauges = new ArrayList<>();
  private final List<CounterDataPointSnapshot> counters = new ArrayList<>();

  /** A counter's name comes without {@code _total}, which the text formats add. */
  Family(MetricMetadata metadata) {
    this.metadata = metadata;
  }

  void gauge(Labels labels, double value) {
    gauges.add(new GaugeDataPointSnapshot(value, labels, null));
  }

  void counter(Labels labels, double value) {
    counters.add(new CounterDataPointSnapshot(value, labels, null, 0L));
  }

  boolean isEmpty() {
    return gauges.isEmpty() && counters.isEmpty();
  }

  MetricSnapshot snapshot() {
    return counters.isEmpty()
        ? new GaugeSnapshot(metadata, gauges)
        : new CounterSnapshot(metadata, counters);
  }
}
