package io.thermograd.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "page",
    description = "Serve the live page alone, for runs that analyzers elsewhere analyse.",
    footer = {"", "Exit codes: 0 stopped by Ctrl-C or SIGTERM; 1 an error; 2 wrong usage."})
final class PageCommand extends BaseCommand {
  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private ListenOptions listen = new ListenOptions();
  @Mixin private PageOptions page = new PageOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = out();
    listen.warn(err());
    page.requireFree(listen.host());
    Map<String, Object> client = kafka.client();
    try (Admin admin = Cluster.connect(client)) {
      Cluster.requireTopics(admin);
    }
    Interrupts interrupts = Interrupts.install();
    try (Services services = new Services()) {
      LivePage live = LivePage.serve(services, page.server(listen.host()));
      live.follow(client);
      Banner.print(
          out, Banner.line("page", live.url()), Banner.line("kafka", Cluster.servers(client)));
      interrupts.await();
    }
    return ExitCode.OK;
  }
}
