package io.thermograd.accuracy;

import io.thermograd.simulator.scenario.DemoRun;
import io.thermograd.simulator.train.StepClock;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.FoldOutput;
import io.thermograd.stream.RunFold;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The demonstration has its truth too: nothing is wrong before the learning rate is raised. */
@ExtendWith(AccuracyTable.class)
class DemoDetectionTest {
  /** A quarter of a second at the demonstration's pace. */
  private static final int MOST_DELAY = 20;

  @Test
  void divergenceIsSaidWhenItHappensAndNotBefore() throws IOException {
    SoftAssertions softly = new SoftAssertions();
    for (long seed = 1; seed <= 3; seed++) {
      Collected collected = new Collected();
      RunFold fold = new RunFold(DemoRun.RUN_ID, AnalysisConfig.DEFAULT);
      DemoRun.of(seed)
          .emit(
              event -> fold.apply(event, collected),
              StepClock.synthetic(0, DemoRun.STEPS_PER_SECOND),
              () -> false);
      softly.assertThat(collected.rejections).isEmpty();
      List<Long> divergences =
          collected.alerts.stream()
              .filter(alert -> alert.kind().equals("divergence"))
              .map(Alert::step)
              .toList();
      long first = divergences.isEmpty() ? -1 : divergences.get(0);
      AccuracyTable.add(
          softly,
          "divergence of the demo, delay",
          "seed " + seed,
          "0-" + MOST_DELAY + " steps, no false alarm",
          first < 0 ? "none" : "%+d steps".formatted(first - DemoRun.RAISE_STEP),
          first >= DemoRun.RAISE_STEP && first <= DemoRun.RAISE_STEP + MOST_DELAY);
      long early =
          collected.alerts.stream().filter(alert -> alert.step() < DemoRun.RAISE_STEP).count();
      softly.assertThat(early).as("alerts before anything was wrong, seed %d", seed).isZero();
    }
    softly.assertAll();
  }

  private static final class Collected implements FoldOutput {
    final List<Alert> alerts = new ArrayList<>();
    final List<String> rejections = new ArrayList<>();

    @Override
    public void insight(Insight insight) {}

    @Override
    public void alert(Alert alert) {
      alerts.add(alert);
    }

    @Override
    public void run(RunSummary summary) {}

    @Override
    public void reject(RejectionKind kind, String message) {
      rejections.add(kind + ": " + message);
    }
  }
}
