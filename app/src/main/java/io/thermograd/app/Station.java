package io.thermograd.app;

import io.thermograd.collector.CollectorOptions;
import io.thermograd.collector.CollectorServer;
import io.thermograd.live.LiveServerOptions;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.TopicsAdmin;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.kafka.clients.admin.Admin;

/** Analyzer, live page and collector together in one process, on one cluster. */
final class Station {
  private final Analyzer analyzer;
  private final LivePage page;
  private final CollectorServer collector;

  private Station(Analyzer analyzer, LivePage page, CollectorServer collector) {
    this.analyzer = analyzer;
    this.page = page;
    this.collector = collector;
  }

  /**
   * What to run.
   *
   * @param topics how missing topics are made
   */
  record Settings(
      String host,
      int metricsPort,
      LiveServerOptions page,
      CollectorOptions collector,
      TopicsAdmin.Plan topics,
      String group,
      AnalysisConfig analysis,
      Duration runTtl) {}

  /**
   * Starts them, the servers while the cluster is still being reached or started.
   *
   * @param cluster gives the clients' configuration once the cluster answers
   */
  static Station start(Services services, Settings s, Callable<Map<String, Object>> cluster)
      throws IOException, InterruptedException {
    FutureTask<Map<String, Object>> reached = new FutureTask<>(() -> prepare(cluster, s));
    Thread thread = new Thread(reached, "cluster-start");
    thread.setDaemon(true);
    thread.start();
    try {
      Analyzer analyzer = Analyzer.serve(services, s.host(), s.metricsPort());
      LivePage page = LivePage.serve(services, s.page());
      Map<String, Object> client = result(reached);
      page.follow(client);
      analyzer.analyze(client, s.group(), s.analysis(), s.runTtl());
      CollectorServer collector =
          Collector.serve(services, client, s.collector(), analyzer.collectorMeters());
      return new Station(analyzer, page, collector);
    } catch (IOException | RuntimeException e) {
      thread.join(); // what it starts has to be among the services when they are stopped
      throw e;
    }
  }

  String pageUrl() {
    return page.url();
  }

  /** What a trainer without Kafka names as its sink. */
  String collectorUrl() {
    return collector.url();
  }

  String metricsUrl() {
    return analyzer.url();
  }

  private static Map<String, Object> prepare(Callable<Map<String, Object>> cluster, Settings s)
      throws Exception {
    Map<String, Object> client = cluster.call();
    try (Admin admin = Cluster.connect(client)) {
      Cluster.ensureTopics(admin, s.topics());
    }
    return client;
  }

  private static Map<String, Object> result(FutureTask<Map<String, Object>> task)
      throws IOException, InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new CompletionException(cause);
    }
  }
}
