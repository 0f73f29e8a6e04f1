package io.thermograd.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import io.thermograd.wire.Verdict;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Losses and gradients that are not finite, and events that were lost. */
class BrokenStepsTest {
  @Test
  void aNonFiniteLossIsReportedAtOnceAndOnce() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      DetectedRun run = new DetectedRun();
      for (int t = 0; t < 50; t++) {
        run.loss(1 + t % 2);
      }
      List<Alert> opened = run.loss(bad);
      assertThat(opened).hasSize(1);
      assertThat(opened.get(0).kind()).isEqualTo("non_finite");
      assertThat(opened.get(0).severity()).isEqualTo(Severity.CRITICAL);
      assertThat(opened.get(0).step()).isEqualTo(50);
      assertThat(run.regime()).isEqualTo(Regime.DIVERGING);
      for (int t = 0; t < 500; t++) {
        assertThat(run.loss(bad)).isEmpty();
      }
      assertThat(opened.get(0).state()).isEqualTo(Alert.State.OPENED);
      assertThat(run.verdict().title()).isEqualTo("Not finite since step 50");
    }
  }

  @Test
  void anOverflowOfTheGradientAloneIsReportedWithoutALoss() {
    DetectedRun run = new DetectedRun();
    List<Alert> opened = run.accept(null, null, true, 0);
    assertThat(opened).hasSize(1);
    assertThat(opened.get(0).evidence()).isEqualTo("step 0");
    DetectedRun.sane(opened.get(0));
  }

  @Test
  void afterAnOverflowTheCheckpointIsFromBeforeTheLossBeganToSoar() {
    var random = new SplittableRandom(1);
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 500; t++) {
      run.accept(1 + 0.02 * random.nextGaussian(), 0.1, false, 0);
    }
    for (int t = 0; t < 100; t++) {
      run.accept(Math.pow(1.8, t), 1.0, false, 0);
    }
    run.accept(1.3361649329470885e76, 1.0, true, 0);
    Verdict verdict = run.verdict();
    assertThat(verdict.title()).isEqualTo("Not finite since step 600");
    assertThat(verdict.why()).contains("the loss has soared since step 50");
    assertThat(verdict.next())
        .startsWith("Stop, and restart from a checkpoint before step 50")
        .endsWith("with a learning rate lowered to at most the 0.100 that held.");
    Alert alert =
        run.alerts.stream().filter(x -> x.kind().equals("non_finite")).findFirst().orElseThrow();
    assertThat(alert.evidence()).startsWith("step 600, loss 1.34×10⁷⁶; the loss has soared since");
    assertThat(alert.next() + ".").isEqualTo(verdict.next());
  }

  @Test
  void lostTelemetryIsReportedOnceInAThousandSteps() {
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 500; t++) {
      run.accept(1.0, 0.1, false, t / 10);
    }
    // 1, e, e², … events: updates are as rare as e-folds.
    assertThat(run.opened()).hasSize(1);
    assertThat(run.alerts).hasSize(4);
    assertThat(run.alerts).allMatch(a -> a.kind().equals("lost_telemetry"));
    assertThat(run.alerts.get(0).step()).isEqualTo(10);
    for (int t = 0; t < 1100; t++) {
      run.accept(1.0, 0.1, false, 49);
    }
    assertThat(run.alerts.get(4).state()).isEqualTo(Alert.State.CLOSED);
    run.accept(1.0, 0.1, false, 50);
    assertThat(run.opened()).hasSize(2);
  }
}
