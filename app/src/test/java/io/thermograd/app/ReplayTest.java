package io.thermograd.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.simulator.scenario.DemoRun;
import io.thermograd.simulator.train.StepClock;
import io.thermograd.simulator.train.TrainingRun;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.FoldOutput;
import io.thermograd.stream.NoRejections;
import io.thermograd.stream.RunFold;
import io.thermograd.wire.EventWriter;
import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.Recordings;
import io.thermograd.wire.proto.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReplayTest {
  private static final int STEPS = 250;

  @Test
  void writesExactlyTheInsightsOfTheFoldOfEitherForm(@TempDir Path dir) throws IOException {
    List<Event> events = events("a");
    List<String> expected = fold("a", events);
    for (String name : new String[] {"a.tgr", "a.jsonl"}) {
      Path insights = dir.resolve(name + ".insights");
      Cli cli =
          Cli.run("replay", record(dir.resolve(name), events), "--insights", insights.toString());
      assertThat(cli.exitCode()).as(cli.err()).isZero();
      assertThat(Files.readAllLines(insights)).isEqualTo(expected);
      assertThat(cli.err()).isEmpty();
      assertThat(cli.out())
          .contains("run a · attempt 0 · step " + (STEPS - 1) + " · completed")
          .contains("noise_trace")
          .contains("alerts: none");
    }
    assertThat(expected).isNotEmpty();
  }

  @Test
  void showsEveryRunOfAFile(@TempDir Path dir) throws IOException {
    List<Event> both = new ArrayList<>();
    List<Event> a = events("a");
    List<Event> b = events("b");
    for (int i = 0; i < a.size(); i++) {
      both.add(a.get(i));
      both.add(b.get(i));
    }
    Path insights = dir.resolve("insights");
    Cli cli =
        Cli.run("replay", record(dir.resolve("both.tgr"), both), "--insights", insights.toString());
    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out()).contains("run a · ").contains("run b · ");
    List<String> lines = Files.readAllLines(insights);
    assertThat(lines.stream().filter(l -> OutputJson.parseInsight(l).runId().equals("a")).toList())
        .isEqualTo(fold("a", a));
    assertThat(lines.stream().filter(l -> OutputJson.parseInsight(l).runId().equals("b")).toList())
        .isEqualTo(fold("b", b));
  }

  @Test
  void analysesACutFileUpToTheCut(@TempDir Path dir) throws IOException {
    Path file = Path.of(record(dir.resolve("a.tgr"), events("a")));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length * 2 / 3));
    Cli cli = Cli.run("replay", file.toString());
    assertThat(cli.exitCode()).isEqualTo(ExitCode.PARTIAL);
    assertThat(cli.errLines()).singleElement().asString().contains("analysed up to there");
    assertThat(cli.out()).contains("run a · ").contains("running");
  }

  @Test
  void countsBadLinesByKindAndGoesOn(@TempDir Path dir) throws IOException {
    Path file = Path.of(record(dir.resolve("a.jsonl"), events("a")));
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.add(5, "{\"step\":");
    lines.add(9, "no JSON");
    lines.add(20, lines.get(19));
    Files.write(file, lines);
    Cli cli = Cli.run("replay", file.toString());
    assertThat(cli.exitCode()).isZero();
    assertThat(cli.errLines())
        .anyMatch(l -> l.startsWith("thermograd: 2 not used, malformed; the first: line 6"))
        .anyMatch(l -> l.startsWith("thermograd: 1 not used, duplicate"))
        .hasSize(2);
    assertThat(cli.out()).contains("completed");
  }

  @Test
  void usesNoEventThatTheLivePathFindsTooLarge(@TempDir Path dir) throws IOException {
    List<Event> events = events("a");
    List<String> expected = fold("a", events);
    List<Event> with = new ArrayList<>(events);
    Event.Builder large = events.get(101).toBuilder();
    large.getStepBuilder().addAllExampleLosses(java.util.Collections.nCopies(200_000, 0.5));
    with.add(101, large.build());
    Path insights = dir.resolve("insights");
    Cli cli =
        Cli.run("replay", record(dir.resolve("a.tgr"), with), "--insights", insights.toString());
    assertThat(cli.exitCode()).isZero();
    assertThat(cli.errLines()).singleElement().asString().contains("1 not used, oversized");
    assertThat(Files.readAllLines(insights)).isEqualTo(expected);
  }

  @Test
  void readsStandardInput(@TempDir Path dir) throws IOException {
    byte[] recording = Files.readAllBytes(Path.of(record(dir.resolve("a.tgr"), events("a"))));
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(recording));
    try {
      assertThat(Cli.run("replay", "-").out()).contains("run a · ").contains("completed");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void aFileWithoutEventsIsAFailureThatSaysSo(@TempDir Path dir) throws IOException {
    Path empty = Files.createFile(dir.resolve("empty.jsonl"));
    Cli cli = Cli.run("replay", empty.toString());
    assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(cli.errLines()).singleElement().asString().contains("it has no events");
  }

  /** A short training whose bytes are the same every time. */
  static List<Event> events(String runId) throws IOException {
    TrainingRun demo = DemoRun.of(DemoRun.SEED);
    List<Event> events = new ArrayList<>();
    demo.withRunId(runId)
        .withPlan(demo.plan().withSteps(STEPS))
        .emit(events::add, StepClock.synthetic(1.7e9, 100), () -> false);
    return events;
  }

  static String record(Path file, List<Event> events) throws IOException {
    try (EventWriter writer = Recordings.create(file)) {
      for (Event event : events) {
        writer.write(event);
      }
    }
    return file.toString();
  }

  private static List<String> fold(String runId, List<Event> events) {
    List<String> insights = new ArrayList<>();
    RunFold fold = new RunFold(runId, AnalysisConfig.DEFAULT);
    FoldOutput output =
        new NoRejections() {
          @Override
          public void insight(Insight insight) {
            insights.add(OutputJson.write(insight));
          }
        };
    events.forEach(event -> fold.apply(event, output));
    return insights;
  }
}
