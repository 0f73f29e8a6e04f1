package io.thermograd.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.thermograd.wire.Insight;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Prints what publishing and scraping cost, beside the other way: a Micrometer gauge per series.
 * Not a test; run it by hand from the module's test class path.
 */
final class MetricsCost {
  private static final int RUNS = 1_000;

  private MetricsCost() {}

  public static void main(String[] args) throws Exception {
    for (int round = 0; round < 2; round++) {
      catalogue();
      gaugePerSeries();
    }
  }

  private static void catalogue() throws Exception {
    List<Insight> insights = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      insights.add(Insights.full("run-" + i, i));
    }
    Map<String, String> labels = Map.of("team", "vision", "model", "resnet");
    long before = used();
    try (ThermogradMetrics metrics = new ThermogradMetrics();
        MetricsServer server = MetricsServer.start(0, metrics, Health::ok)) {
      int publications = 2_000_000;
      long start = System.nanoTime();
      for (int i = 0; i < publications; i++) {
        metrics.publish(insights.get(i % RUNS), labels);
      }
      double ns = (System.nanoTime() - start) / (double) publications;

      HttpClient client = HttpClient.newHttpClient();
      String url = "http://127.0.0.1:" + server.port() + "/metrics";
      HttpRequest plain = HttpRequest.newBuilder(URI.create(url)).build();
      HttpRequest zipped =
          HttpRequest.newBuilder(URI.create(url)).header("Accept-Encoding", "gzip").build();
      int bytes = client.send(plain, BodyHandlers.ofByteArray()).body().length;
      int zippedBytes = client.send(zipped, BodyHandlers.ofByteArray()).body().length;
      double plainMs = median(client, plain);
      double zippedMs = median(client, zipped);
      System.out.printf(
          "catalogue: publish %.0f ns; %d runs, %d series: scrape %.0f ms, %.1f MB;"
              + " gzip %.0f ms, %.2f MB; heap %.1f KB a run%n",
          ns,
          RUNS,
          Scrape.of(metrics).samples().size(),
          plainMs,
          bytes / 1e6,
          zippedMs,
          zippedBytes / 1e6,
          (used() - before) / 1e3 / RUNS);
    }
  }

  /** The same number of series as gauges: 51 a run. */
  private static void gaugePerSeries() {
    int perRun = 51;
    long before = used();
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Queue<Meter> meters = new ConcurrentLinkedQueue<>();
    long start = System.nanoTime();
    for (int i = 0; i < RUNS; i++) {
      for (int k = 0; k < perRun; k++) {
        double x = k;
        meters.add(
            Gauge.builder("thermograd.quantity" + k, () -> x)
                .tags("run", "run-" + i, "estimator", "m", "team", "vision", "model", "resnet")
                .register(registry));
      }
    }
    double registerNs = (System.nanoTime() - start) / (double) (RUNS * perRun);
    double[] ms = new double[15];
    for (int i = 0; i < ms.length; i++) {
      long s = System.nanoTime();
      registry.scrape();
      ms[i] = (System.nanoTime() - s) / 1e6;
    }
    Arrays.sort(ms);
    double heap = (used() - before) / 1e3 / RUNS;
    long removing = System.nanoTime();
    meters.forEach(registry::remove);
    double removeNs = (System.nanoTime() - removing) / (double) (RUNS * perRun);
    System.out.printf(
        "gauge per series: register %.0f ns, remove %.0f ns each; scrape (no HTTP) %.0f ms;"
            + " heap %.1f KB a run%n",
        registerNs, removeNs, ms[ms.length / 2], heap);
  }

  private static double median(HttpClient client, HttpRequest request) throws Exception {
    double[] ms = new double[15];
    for (int i = 0; i < ms.length; i++) {
      long s = System.nanoTime();
      client.send(request, BodyHandlers.ofByteArray());
      ms[i] = (System.nanoTime() - s) / 1e6;
    }
    Arrays.sort(ms);
    return ms[ms.length / 2];
  }

  private static long used() {
    System.gc();
    Runtime r = Runtime.getRuntime();
    return r.totalMemory() - r.freeMemory();
  }
}
