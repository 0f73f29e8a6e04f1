package io.thermograd.app;

import io.thermograd.collector.CollectorOptions;
import io.thermograd.collector.CollectorServer;
import io.thermograd.metrics.Health;
import io.thermograd.metrics.MetricsServer;
import io.thermograd.metrics.ThermogradMetrics;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "collect",
    description = "Take events over HTTP (POST /v1/events) and put them on the topic of steps.",
    footer = {"", "Exit codes: 0 stopped by Ctrl-C or SIGTERM; 1 an error; 2 wrong usage."})
final class CollectCommand extends BaseCommand {
  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private TopicOptions topics = new TopicOptions();
  @Mixin private CollectorSettings collector = new CollectorSettings();
  @Mixin private ListenOptions listen = new ListenOptions();
  @Mixin private MetricsPort metricsPort = new MetricsPort();

  @Override
  public Integer call() throws IOException, InterruptedException {
    CollectorOptions options = collector.required();
    listen.warn(err());
    metricsPort.requireFree(listen.host());
    Map<String, Object> client = kafka.client();
    topics.ensure(client);
    Interrupts interrupts = Interrupts.install();
    try (Services services = new Services()) {
      ThermogradMetrics metrics = services.add("the meters", new ThermogradMetrics());
      AtomicReference<@Nullable CollectorServer> running = new AtomicReference<>();
      MetricsServer scraped =
          services.add(
              "/metrics",
              MetricsServer.start(
                  listen.host(), metricsPort.port(), metrics, () -> health(running.get())));
      CollectorServer server = Collector.serve(services, client, options, metrics.collector());
      running.set(server);
      Banner.print(
          out(),
          Banner.line("events", server.url() + "/v1/events"),
          Banner.line("metrics", Analyzer.url(listen.host(), scraped.port())),
          Banner.line("kafka", Cluster.servers(client)));
      interrupts.await();
      err().println("thermograd: stopping");
    }
    return ExitCode.OK;
  }

  private static Health health(@Nullable CollectorServer server) {
    if (server == null) {
      return Health.failing("the collector is starting");
    }
    String trouble = server.trouble();
    return trouble == null ? Health.ok() : Health.failing(trouble);
  }
}
