package io.thermograd.app;

import io.thermograd.agent.KafkaTransport;
import io.thermograd.agent.ReporterOptions;
import io.thermograd.collector.CollectorOptions;
import io.thermograd.simulator.scenario.DemoRun;
import io.thermograd.simulator.train.StepClock;
import io.thermograd.simulator.train.TrainingRun;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description = {
      "Start everything, and train a network on handwritten digits to watch.",
      "At step 3,000 its learning rate is raised too far."
    },
    footer = {
      "",
      "Exit codes: 0 the run was analysed to its end, or stopped by Ctrl-C or SIGTERM; 1 an error;",
      "2 wrong usage."
    })
final class DemoCommand extends BaseCommand {
  private static final long ANALYSIS_DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);

  @Mixin private BrokerOptions broker = new BrokerOptions();
  @Mixin private ListenOptions listen = new ListenOptions();
  @Mixin private PageOptions page = new PageOptions();
  @Mixin private CollectorSettings collector = new CollectorSettings();
  @Mixin private MetricsOptions metrics = new MetricsOptions();

  // Four insights a second at the default pace: a curve that grows before one's eyes.
  @Mixin private AnalysisOptions analysis = new AnalysisOptions(20);

  @Option(
      names = "--exit-when-done",
      description = "End when the run has been analysed, instead of serving on until Ctrl-C.")
  private boolean exitWhenDone;

  @Option(
      names = "--pace",
      paramLabel = "STEPS/S",
      defaultValue = "" + (int) DemoRun.STEPS_PER_SECOND,
      description =
          "Steps a second of the training (default: ${DEFAULT-VALUE}; 0 for as fast as it goes).")
  private double pace = DemoRun.STEPS_PER_SECOND;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "" + DemoRun.STEPS,
      description = "Steps of the training (default: ${DEFAULT-VALUE}).")
  private long steps = DemoRun.STEPS;

  @Override
  public Integer call() throws IOException, InterruptedException {
    TrainingRun run = run();
    listen.warn(err());
    page.requireFree(listen.host());
    metrics.requireFree(listen.host());
    CollectorOptions events = collector.preferred();
    int port = broker.preferredPort();
    Station.Settings settings =
        new Station.Settings(
            listen.host(),
            metrics.port(),
            page.server(listen.host()),
            events,
            new TopicOptions().plan(true),
            GroupOptions.DEFAULT,
            analysis.config(),
            metrics.runTtl());
    Interrupts interrupts = Interrupts.install();
    try (Services services = new Services()) {
      EmbeddedKafka[] kafka = new EmbeddedKafka[1];
      Station station =
          Station.start(
              services,
              settings,
              () -> {
                kafka[0] = services.add("the embedded Kafka", broker.start(port));
                return client(kafka[0]);
              });
      Banner.print(
          out(),
          Banner.line("page", station.pageUrl()),
          Banner.line("metrics", station.metricsUrl()),
          Banner.line("events", station.collectorUrl()),
          Banner.line("kafka", broker.describe(kafka[0])),
          Banner.line("run", run.runId() + ": " + describe(run)));
      train(run, client(kafka[0]), interrupts);
      if (!exitWhenDone && !interrupts.requested()) {
        out().println("the run is over; the page stays until Ctrl-C");
        out().flush();
        interrupts.await();
      }
      if (interrupts.requested()) {
        err().println("thermograd: stopping");
      }
    }
    return ExitCode.OK;
  }

  private void train(TrainingRun run, Map<String, Object> client, Interrupts interrupts) {
    try (TopicReports reports = new TopicReports(client)) {
      run.stream(
          new KafkaTransport(client),
          ReporterOptions.defaults(),
          StepClock.paced(pace == 0 ? Double.POSITIVE_INFINITY : pace),
          interrupts::requested);
      long deadline = System.nanoTime() + ANALYSIS_DEADLINE_NANOS;
      boolean ended = reports.awaitEnd(run.runId(), () -> System.nanoTime() - deadline > 0);
      out().println();
      reports.report(run.runId()).lines().forEach(out()::println);
      out().flush();
      if (!ended) {
        throw new Failure(
            "the run was not analysed to its end within a minute; thermograd doctor"
                + " --bootstrap-servers "
                + Cluster.servers(client)
                + " shows why, while it runs");
      }
    }
  }

  private TrainingRun run() {
    if (!(pace >= 0)) {
      throw new Failure(ExitCode.USAGE, "--pace should be 0 or more: was " + pace, null);
    }
    if (steps < 1) {
      throw new Failure(ExitCode.USAGE, "--steps should be at least 1: was " + steps, null);
    }
    TrainingRun demo = DemoRun.of(DemoRun.SEED);
    return demo.withRunId(RunIds.stamped(demo.runId())).withPlan(demo.plan().withSteps(steps));
  }

  private static String describe(TrainingRun run) {
    return String.format(
        Locale.ROOT,
        "64-%d-10 ReLU network on 1,797 handwritten digits, %,d steps",
        DemoRun.HIDDEN,
        run.plan().steps());
  }

  private static Map<String, Object> client(@Nullable EmbeddedKafka kafka) {
    return Map.of(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
        kafka == null ? "" : kafka.bootstrapServers());
  }
}
