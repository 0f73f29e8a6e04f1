package io.thermograd.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.TrainingResult;
import io.thermograd.wire.Regime;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CourseProbeTest {
  @Test
  void labelsOnlyWhatIsBeyondDoubt() {
    // A plateau of 400 steps, a descent of 300, a drift too slow for either, a last fall too short.
    double[] looks = {1, 0.999, 1.004, 1.001, 0.998, 0.9, 0.8, 0.7, 0.69, 0.68, 0.67, 0.6};
    assertThat(course(looks, Long.MAX_VALUE))
        .containsExactly(new Span(Regime.PLATEAU, 0, 400), new Span(Regime.DESCENDING, 400, 700));
    assertThat(course(looks, 600))
        .containsExactly(new Span(Regime.PLATEAU, 0, 400), new Span(Regime.DESCENDING, 400, 600));
    assertThat(course(new double[] {1, 1, 1, 1, 1, 0.99, 0.98}, Long.MAX_VALUE))
        .as("never left by 5 %")
        .isEmpty();
    assertThat(course(new double[] {1, 0.9, 1, 0.9, 1}, Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void healthyNetworksDescend() throws IOException {
    for (String name : List.of("digits-sgd", "wine")) {
      Truth.Span first = Recorded.of(name, 1).truth().regimes().get(0);
      assertThat(first.regime()).as(name).isEqualTo(Regime.DESCENDING);
      assertThat(first.from()).as(name).isZero();
      assertThat(first.to()).as(name).isGreaterThan(200);
    }
  }

  private record Span(Regime regime, long from, long to) {}

  private static List<Span> course(double[] looks, long until) {
    CourseProbe probe = new CourseProbe(theta -> looks[(int) theta[0]], until);
    TruthLog log = new TruthLog();
    for (int i = 0; i < looks.length; i++) {
      probe.observe(at(100L * i, i), StepEvent.newBuilder(), log);
      probe.observe(at(100L * i + 1, i), StepEvent.newBuilder(), log);
    }
    TrainingResult result =
        new TrainingResult(TrainingResult.Ending.COMPLETED, 100L * looks.length, -1, new double[0]);
    probe.finish(result, log);
    Scenario scenario = Scenarios.all().get(0);
    return log.finish(scenario, new Setup(1, "r", 1), result).regimes().stream()
        .map(s -> new Span(s.regime(), s.from(), s.to()))
        .toList();
  }

  private static StepView at(long step, int look) {
    return new StepView(
        step,
        0.1,
        1,
        new double[1],
        new float[1][1],
        new double[1],
        new float[][] {{look}},
        new double[1],
        new double[0],
        Double.NaN);
  }
}
