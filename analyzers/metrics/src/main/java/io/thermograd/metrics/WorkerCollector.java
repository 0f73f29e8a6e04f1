package io.thermograd.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Series of the worker that exist only while they mean something. Thread-safe. */
final class WorkerCollector implements MultiCollector {
  private static final MetricMetadata LAG =
      new MetricMetadata(
          "thermograd_consumer_lag_records", "Records of the partition still to be analysed");
  private static final MetricMetadata HEALTHY =
      new MetricMetadata("thermograd_worker_healthy", "1 while the worker does its work, else 0");

  private final Map<Integer, Long> lag = new ConcurrentHashMap<>();
  private volatile @Nullable Boolean healthy;

  void lag(int partition, long records) {
    lag.put(partition, records);
  }

  void revoked(int partition) {
    lag.remove(partition);
  }

  void healthy(boolean now) {
    healthy = now;
  }

  @Override
  public MetricSnapshots collect() {
    List<MetricSnapshot> all = new ArrayList<>();
    Family records = new Family(LAG);
    lag.forEach((p, n) -> records.gauge(Labels.of("partition", Integer.toString(p)), n));
    if (!records.isEmpty()) {
      all.add(records.snapshot());
    }
    Boolean now = healthy;
    if (now != null) {
      Family health = new Family(HEALTHY);
      health.gauge(Labels.EMPTY, now ? 1 : 0);
      all.add(health.snapshot());
    }
    return new MetricSnapshots(all);
  }

  @Override
  public List<String> getPrometheusNames() {
    return List.of(LAG.getPrometheusName(), HEALTHY.getPrometheusName());
  }
}
