package io.thermograd.app;

import io.thermograd.metrics.CollectorMeters;
import io.thermograd.metrics.Health;
import io.thermograd.metrics.MetricsServer;
import io.thermograd.metrics.ThermogradMetrics;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.AnalyzerWorker;
import io.thermograd.stream.FoldLimits;
import io.thermograd.stream.MetricsListener;
import io.thermograd.stream.WorkerConfig;
import io.thermograd.stream.WorkerHealth;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One analyzer worker and the server of what it measures. */
final class Analyzer {
  private final Services services;
  private final String host;
  private final ThermogradMetrics metrics = new ThermogradMetrics();
  private final AtomicReference<@Nullable AnalyzerWorker> worker = new AtomicReference<>();
  private final MetricsServer server;

  private Analyzer(Services services, String host, int port) throws IOException {
    this.services = services;
    this.host = host;
    services.add("the meters", metrics);
    this.server = services.add("/metrics", MetricsServer.start(host, port, metrics, this::health));
  }

  /** Starts serving {@code /metrics}; nothing is analysed before {@link #analyze}. */
  static Analyzer serve(Services services, String host, int port) throws IOException {
    return new Analyzer(services, host, port);
  }

  /** Joins the group and analyses its share of the runs. The topics must be there. */
  void analyze(Map<String, Object> client, String group, AnalysisConfig config, Duration runTtl) {
    WorkerConfig d = WorkerConfig.DEFAULT;
    worker.set(
        services.add(
            "the analyzer",
            AnalyzerWorker.start(
                client,
                group,
                config,
                FoldLimits.DEFAULT,
                new WorkerConfig(
                    d.snapshotEvery(), d.liveEvery(), runTtl, d.backoff(), d.maxBackoff()),
                new MetricsListener(metrics))));
  }

  String url() {
    return url(host, server.port());
  }

  /** Where Prometheus scrapes that address. */
  static String url(String host, int port) {
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/metrics";
  }

  /** The meters of a collector in this process. */
  CollectorMeters collectorMeters() {
    return metrics.collector();
  }

  private Health health() {
    AnalyzerWorker running = worker.get();
    if (running == null) {
      return Health.failing("the analyzer is starting");
    }
    WorkerHealth h = running.health();
    Map<String, String> details = new LinkedHashMap<>();
    details.put("state", h.state().name().toLowerCase(Locale.ROOT));
    details.put("partitions", Integer.toString(h.partitions()));
    details.put("runs", Integer.toString(h.runs()));
    details.put("lag", Long.toString(h.lag()));
    details.put("restarts", Integer.toString(h.restarts()));
    if (h.lastError() != null) {
      details.put("last_error", h.lastError());
    }
    return new Health(h.ok(), details);
  }
}
