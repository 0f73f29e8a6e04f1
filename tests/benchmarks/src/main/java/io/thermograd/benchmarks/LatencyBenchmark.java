package io.thermograd.benchmarks;

import io.thermograd.metrics.Health;
import io.thermograd.metrics.MetricsServer;
import io.thermograd.metrics.ThermogradMetrics;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.AnalyzerWorker;
import io.thermograd.stream.FoldLimits;
import io.thermograd.stream.MetricsListener;
import io.thermograd.stream.WorkerConfig;
import io.thermograd.stream.WorkerListener;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Topics;
import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * From the moment a trainer reports a step to the moment /metrics would show it, at {@value #RATE}
 * steps/s a run. Trainers, broker, worker and a scrape a second share this machine.
 */
final class LatencyBenchmark {
  private static final int RATE = 5;
  private static final int SECONDS = 20;
  private static final int PARTITIONS = 12;

  private LatencyBenchmark() {}

  static void run(int... runCounts) throws Exception {
    System.out.printf("%nLatency from report to /metrics, %d steps/s a run%n", RATE);
    System.out.printf(
        "%8s %10s %9s %9s %9s %9s  %s%n",
        "runs", "steps/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "scrape (median)");
    for (int runs : runCounts) {
      measure(runs);
    }
    System.out.println("aim: p99 ≤ 1,000 ms at 1,000 runs");
  }

  private static void measure(int runs) throws Exception {
    ThermogradMetrics metrics = new ThermogradMetrics();
    Observed observed = new Observed(metrics, runs);
    try (BenchmarkKafka kafka = new BenchmarkKafka(PARTITIONS);
        MetricsServer server = MetricsServer.start(0, metrics, Health::ok);
        KafkaProducer<byte[], byte[]> producer = kafka.producer();
        AnalyzerWorker worker =
            AnalyzerWorker.start(
                kafka.config(),
                "latency",
                AnalysisConfig.DEFAULT,
                FoldLimits.DEFAULT,
                WorkerConfig.DEFAULT,
                observed)) {
      for (int r = 0; r < runs; r++) {
        send(producer, r, SyntheticRuns.started(r));
      }
      // A first stretch that warms everything up is not counted.
      train(producer, runs, 0, 8 * RATE, null, server.port());
      observed.begin(8 * RATE);
      List<Double> scrapes = new ArrayList<>();
      long began = System.nanoTime();
      train(producer, runs, 8 * RATE, SECONDS * RATE, scrapes, server.port());
      double rate = runs * (double) SECONDS * RATE / ((System.nanoTime() - began) / 1e9);
      Thread.sleep(2_000);
      report(runs, rate, observed.latencies(), scrapes);
    }
  }

  /** Every run's steps, evenly spread over each period. */
  private static void train(
      KafkaProducer<byte[], byte[]> producer,
      int runs,
      int from,
      int steps,
      @Nullable List<Double> scrapes,
      int port)
      throws Exception {
    SyntheticRuns events = new SyntheticRuns(2);
    Scraper scraper = new Scraper(port, scrapes);
    Thread scraping = new Thread(scraper, "scraper");
    scraping.start();
    long start = System.nanoTime();
    double spacing = 1e9 / RATE / runs;
    for (long i = 0; i < (long) steps * runs; i++) {
      long due = start + (long) (i * spacing);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      int run = (int) (i % runs);
      send(producer, run, events.step(run, from + i / runs, now()));
    }
    scraping.interrupt();
    scraping.join();
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, int run, Event event) {
    byte[] key = SyntheticRuns.runId(run).getBytes(StandardCharsets.UTF_8);
    producer.send(
        new ProducerRecord<>(Topics.STEPS, run % PARTITIONS, key, EventCodec.encode(event)));
  }

  private static double now() {
    var instant = Instant.now();
    return instant.getEpochSecond() + instant.getNano() / 1e9;
  }

  private static void report(int runs, double rate, double[] latencies, List<Double> scrapes) {
    Arrays.sort(latencies);
    double[] sorted = scrapes.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "%,8d %,10.0f %9.1f %9.1f %9.1f %9.1f  %.1f ms%n",
        runs,
        rate,
        1e3 * latencies[latencies.length / 2],
        1e3 * latencies[(int) (latencies.length * 0.9)],
        1e3 * latencies[(int) (latencies.length * 0.99)],
        1e3 * latencies[latencies.length - 1],
        sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2]);
  }

  /** Notes, for every step, when the first values that include it were published. */
  private static final class Observed implements WorkerListener {
    private final MetricsListener metrics;
    private final Map<String, long[]> published = new HashMap<>();
    private final List<Double> latencies = new ArrayList<>();
    private volatile long from = Long.MAX_VALUE;

    Observed(ThermogradMetrics metrics, int runs) {
      this.metrics = new MetricsListener(metrics);
      for (int r = 0; r < runs; r++) {
        published.put(SyntheticRuns.runId(r), new long[] {-1});
      }
    }

    void begin(long firstStep) {
      from = firstStep;
    }

    @Override
    public void live(Insight current, Map<String, String> labels) {
      metrics.live(current, labels);
      double now = now();
      long[] last = published.get(current.runId());
      if (last == null) {
        return;
      }
      // Steps between two publications have waited longer than the one that is shown.
      for (long step = Math.max(last[0] + 1, from); step <= current.step(); step++) {
        double reported = current.time() - (current.step() - step) / (double) RATE;
        latencies.add(now - reported);
      }
      last[0] = current.step();
    }

    double[] latencies() {
      return latencies.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  private static final class Scraper implements Runnable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;
    private final @Nullable List<Double> millis;

    Scraper(int port, @Nullable List<Double> millis) {
      this.port = port;
      this.millis = millis;
    }

    @Override
    public void run() {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
      try {
        while (true) {
          Thread.sleep(Duration.ofSeconds(1).toMillis());
          long start = System.nanoTime();
          client.send(request, HttpResponse.BodyHandlers.ofByteArray());
          if (millis != null) {
            millis.add((System.nanoTime() - start) / 1e6);
          }
        }
      } catch (InterruptedException e) {
        // the end of the stretch
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
