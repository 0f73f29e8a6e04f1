package io.thermograd.app;

import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "analyze",
    description = "Run one analyzer worker against a cluster; start as many as needed.",
    footer = {"", "Exit codes: 0 stopped by Ctrl-C or SIGTERM; 1 an error; 2 wrong usage."})
final class AnalyzeCommand extends BaseCommand {
  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private TopicOptions topics = new TopicOptions();
  @Mixin private ListenOptions listen = new ListenOptions();
  @Mixin private MetricsOptions metrics = new MetricsOptions();
  @Mixin private GroupOptions group = new GroupOptions();
  @Mixin private AnalysisOptions analysis = new AnalysisOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    listen.warn(err());
    metrics.requireFree(listen.host());
    Map<String, Object> client = kafka.client();
    topics.ensure(client);
    Interrupts interrupts = Interrupts.install();
    try (Services services = new Services()) {
      Analyzer analyzer = Analyzer.serve(services, listen.host(), metrics.port());
      analyzer.analyze(client, group.id(), analysis.config(), metrics.runTtl());
      Banner.print(
          out(),
          Banner.line("metrics", analyzer.url()),
          Banner.line("kafka", Cluster.servers(client) + ", group " + group.id()));
      interrupts.await();
      err().println("thermograd: stopping");
    }
    return ExitCode.OK;
  }
}
