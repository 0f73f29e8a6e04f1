package io.thermograd.app;

import io.thermograd.collector.CollectorOptions;
import java.io.IOException;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "up",
    description = "Start analyzer, live page and collector, and a Kafka unless one is named.",
    footer = {"", "Exit codes: 0 stopped by Ctrl-C or SIGTERM; 1 an error; 2 wrong usage."})
final class UpCommand extends BaseCommand {
  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private TopicOptions topics = new TopicOptions();
  @Mixin private BrokerOptions broker = new BrokerOptions();
  @Mixin private ListenOptions listen = new ListenOptions();
  @Mixin private PageOptions page = new PageOptions();
  @Mixin private CollectorSettings collector = new CollectorSettings();
  @Mixin private MetricsOptions metrics = new MetricsOptions();
  @Mixin private GroupOptions group = new GroupOptions();
  @Mixin private AnalysisOptions analysis = new AnalysisOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    boolean embedded = !kafka.given();
    if (!embedded && broker.given()) {
      throw new Failure(
          ExitCode.USAGE,
          "--data and --kafka-port are of the embedded broker and a cluster is named; leave either"
              + " out",
          null);
    }
    listen.warn(err());
    page.requireFree(listen.host());
    metrics.requireFree(listen.host());
    CollectorOptions events = collector.required();
    Station.Settings settings =
        new Station.Settings(
            listen.host(),
            metrics.port(),
            page.server(listen.host()),
            events,
            topics.plan(embedded),
            group.id(),
            analysis.config(),
            metrics.runTtl());
    int port = embedded ? broker.requiredPort() : 0;
    Interrupts interrupts = Interrupts.install();
    try (Services services = new Services()) {
      String[] where = new String[1];
      Station station =
          Station.start(
              services,
              settings,
              () -> {
                if (!embedded) {
                  where[0] = Cluster.servers(kafka.client());
                  return kafka.client();
                }
                EmbeddedKafka own = services.add("the embedded Kafka", broker.start(port));
                where[0] = broker.describe(own);
                return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, own.bootstrapServers());
              });
      Banner.print(
          out(),
          Banner.line("page", station.pageUrl()),
          Banner.line("metrics", station.metricsUrl()),
          Banner.line("events", station.collectorUrl()),
          Banner.line("kafka", where[0]));
      interrupts.await();
      err().println("thermograd: stopping");
    }
    return ExitCode.OK;
  }
}
