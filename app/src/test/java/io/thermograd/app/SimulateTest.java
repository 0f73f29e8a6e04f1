package io.thermograd.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.scenario.Scenario;
import io.thermograd.simulator.scenario.Scenarios;
import io.thermograd.simulator.scenario.Setup;
import io.thermograd.simulator.scenario.Simulation;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.Quantity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimulateTest {

  static List<Scenario> scenarios() {
    return Scenarios.all();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void theAnalysisAcceptsEveryEvent(Scenario scenario) throws IOException {
    Replay replay = new Replay(AnalysisConfig.DEFAULT, null);
    scenario
        .simulation(new Setup(2, scenario.name(), 40))
        .emit(replay::apply, Simulation.clock(), () -> false);
    assertThat(replay.rejections().lines()).isEmpty();
    assertThat(replay.reports()).containsOnlyKeys(scenario.name());
  }

  /** Two dimensions leave most of the noise's spectrum empty; 40 steps are too few to see it. */
  @Test
  void theAnalysisStandsAWholeRunInTwoDimensions() throws IOException {
    Replay replay = new Replay(AnalysisConfig.DEFAULT, null);
    Scenarios.all().stream()
        .filter(scenario -> scenario.name().equals("double-well"))
        .findFirst()
        .orElseThrow()
        .simulation(new Setup(1, "double-well", 30_000))
        .emit(replay::apply, Simulation.clock(), () -> false);
    assertThat(replay.rejections().lines()).isEmpty();
    assertThat(replay.reports()).containsOnlyKeys("double-well");
  }

  @Test
  void recordsARunWithItsTruthBesideIt(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("x.tgr");
    Cli cli = Cli.run("simulate", "catapult", "--record", file.toString(), "--seed", "2");
    assertThat(cli.exitCode()).as(cli.err()).isZero();
    assertThat(cli.out()).contains("run catapult · completed").contains("spike_peak");
    assertThat(cli.errLines())
        .singleElement()
        .asString()
        .contains("x.tgr")
        .contains("x.truth.json");
    assertThat(Files.readString(dir.resolve("x.truth.json")))
        .startsWith("{\n  \"scenario\" : \"catapult\"")
        .contains("\"kind\" : \"spike_ends\"");
    Cli replayed = Cli.run("replay", file.toString());
    assertThat(replayed.exitCode()).isZero();
    assertThat(replayed.err()).isEmpty();
    assertThat(replayed.out()).contains("run catapult · ").contains("completed");
  }

  @Test
  void doesTheSameAgainButReplacesNothingUnasked(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("x.jsonl");
    Path truth = dir.resolve("t.json");
    String[] line = {
      "simulate",
      "double-well",
      "--record",
      file.toString(),
      "--truth",
      truth.toString(),
      "--steps",
      "30",
      "--run-id",
      "mine"
    };
    assertThat(Cli.run(line).exitCode()).isZero();
    byte[] events = Files.readAllBytes(file);
    byte[] said = Files.readAllBytes(truth);
    assertThat(Files.readAllLines(file)).hasSize(32);
    assertThat(new String(said, StandardCharsets.UTF_8)).contains("\"mine\"");
    Cli refused = Cli.run(line);
    assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.errLines()).singleElement().asString().contains("--force");
    Files.delete(file);
    assertThat(Cli.run(line).err()).contains("--truth").contains("--force");
    assertThat(file).doesNotExist();
    String[] forced = Arrays.copyOf(line, line.length + 1);
    forced[line.length] = "--force";
    assertThat(Cli.run(forced).exitCode()).isZero();
    assertThat(Files.readAllBytes(file)).isEqualTo(events);
    assertThat(Files.readAllBytes(truth)).isEqualTo(said);
  }

  @Test
  void layerSketchesTellTheNoiseByLayer(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("x.tgr");
    Path insights = dir.resolve("i.jsonl");
    String[] line = {
      "simulate", "digits-sgd", "--layer-sketches=256", "--record", file.toString(), "--steps=120"
    };
    Cli cli = Cli.run(line);
    assertThat(cli.exitCode()).as(cli.err()).isZero();
    assertThat(Cli.run("replay", file.toString(), "--insights", insights.toString()).exitCode())
        .isZero();
    List<String> lines = Files.readAllLines(insights);
    Insight last = OutputJson.parseInsight(lines.get(lines.size() - 1));
    List<Quantity> traces = Objects.requireNonNull(last.vectors().get("layer_noise_trace"));
    assertThat(traces).hasSize(2);
    assertThat(last.absent()).doesNotContainKey("layer_noise_trace");
    // Two sketches of relative error √(2/256) at most, and the whole's.
    double sum = traces.stream().mapToDouble(q -> Objects.requireNonNull(q.value())).sum();
    Quantity noise = Objects.requireNonNull(last.quantities().get("noise_trace"));
    double whole = Objects.requireNonNull(noise.value());
    assertThat(sum).isCloseTo(whole, within(0.2 * whole));
  }

  @Test
  void layerSketchesNeedLayersAndAPowerOfTwo(@TempDir Path dir) {
    String file = dir.resolve("x.tgr").toString();
    Cli none = Cli.run("simulate", "double-well", "--layer-sketches=256", "--record", file);
    assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(none.err()).contains("named layers, and double-well has none");
    Cli odd = Cli.run("simulate", "digits-sgd", "--layer-sketches=300", "--record", file);
    assertThat(odd.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(odd.err()).contains("should be a power of two from 256 to 1048576: was 300");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void listsWhatThereIs() {
    Cli cli = Cli.run("simulate", "--list");
    assertThat(cli.exitCode()).isZero();
    for (Scenario scenario : Scenarios.all()) {
      assertThat(cli.out()).contains(scenario.name()).contains(scenario.description());
    }
    assertThat(cli.out().lines()).allMatch(l -> l.length() <= 130);
  }
}
