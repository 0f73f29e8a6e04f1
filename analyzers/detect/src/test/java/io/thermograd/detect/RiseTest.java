package io.thermograd.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A loss that rises beyond its history: what is said, what is advised, how it ends. */
class RiseTest {
  @Test
  void aRaisedLearningRateIsTheSuspect() {
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 300; t++) {
      run.accept(1 + 0.01 * (t % 5), 0.1, false, 0);
    }
    for (int t = 0; t < 60; t++) {
      run.accept(Math.pow(1.1, t), 0.5, false, 0);
    }
    assertThat(run.opened())
        .extracting(Alert::kind, Alert::severity)
        .containsExactly(
            tuple("loss_growth", Severity.WARNING), tuple("divergence", Severity.CRITICAL));
    assertThat(run.opened().get(0).evidence()).contains("from 0.100 to 0.500 at step 300");
    assertThat(run.opened().get(1).evidence()).contains("from 0.100 to 0.500 at step 300");
    assertThat(run.opened().get(1).evidence()).contains("overflows in");
    assertThat(run.opened().get(1).next()).contains("at most the 0.100 that held");
    assertThat(run.verdict().title()).startsWith("Diverging since step 30");
    assertThat(run.verdict().next()).contains("at most the 0.100 that held");
  }

  /** ½θ² with noisy gradients, whose learning rate is raised to 2.02, beyond what is stable. */
  @Test
  void whatStandsBesideADivergenceAsksForTheSame() {
    var random = new SplittableRandom(3);
    DetectedRun run = new DetectedRun();
    double theta = 1;
    for (int t = 0; t < 1_000; t++) {
      double rate = t < 600 ? 0.05 : 2.02;
      float[][] gradients = new float[4][1];
      double mean = 0;
      for (float[] g : gradients) {
        g[0] = (float) (theta + 0.1 * random.nextGaussian());
        mean += g[0] / 4;
      }
      run.accept(
          TrainingStep.at(t, t)
              .loss(0.5 * theta * theta + 0.001 * random.nextGaussian())
              .learningRate(rate)
              .batchSize(32)
              .examples(new int[] {8, 8, 8, 8})
              .sketches(gradients)
              .build());
      theta -= rate * mean;
    }
    assertThat(run.alerts).extracting(Alert::kind).contains("divergence", "oscillating");
    assertThat(run.verdict().next()).contains("at most the 0.0500 that held");
    for (Alert alert : run.alerts) {
      if (alert.step() > 650 && alert.next().contains("learning rate")) {
        assertThat(alert.next() + ".").as(alert.title()).isEqualTo(run.verdict().next());
      }
    }
  }

  @Test
  void oneRiseEndsInOneAlert() {
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 300; t++) {
      run.accept(1 + 0.01 * (t % 5), 0.1, false, 0);
    }
    for (int t = 0; t < 700; t++) {
      run.accept(Math.pow(1.1, Math.min(t, 60)), 0.5, false, 0);
    }
    List<Alert> ends =
        run.alerts.stream()
            .filter(a -> Set.of("loss_growth", "divergence").contains(a.kind()))
            .filter(a -> a.state() == Alert.State.CLOSED)
            .toList();
    long critical = run.opened().get(1).step();
    assertThat(ends)
        .extracting(Alert::kind, Alert::title)
        .containsExactly(
            tuple("loss_growth", "The growth has become a divergence"),
            tuple("divergence", "The loss has settled on a higher level"));
    assertThat(ends.get(0).step()).isEqualTo(critical);
    assertThat(ends.get(1).step()).isGreaterThan(critical);
  }

  @Test
  void aSpikeThatReturnsIsClosedAndNeverCritical() {
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 300; t++) {
      run.loss(1 + 0.01 * (t % 5));
    }
    for (int t = 0; t < 14; t++) {
      run.loss(Math.pow(3, Math.min(t, 14 - t)));
    }
    assertThat(run.regime()).isEqualTo(Regime.SPIKE);
    assertThat(run.verdict().title()).startsWith("The loss has soared since step 30");
    for (int t = 0; t < 60; t++) {
      run.loss(1 + 0.01 * (t % 5));
    }
    List<Alert> growth =
        run.alerts.stream()
            .filter(a -> a.kind().equals("loss_growth") && a.state() != Alert.State.UPDATED)
            .toList();
    assertThat(growth)
        .extracting(Alert::severity, Alert::title, Alert::state)
        .containsExactly(
            tuple(
                Severity.WARNING,
                "The loss soars beyond anything in its recent history",
                Alert.State.OPENED),
            tuple(Severity.INFO, "The loss has returned", Alert.State.CLOSED));
    assertThat(growth.get(1).openedAt()).isEqualTo(growth.get(0).step());
    assertThat(run.alerts).noneMatch(a -> a.severity() == Severity.CRITICAL);
    assertThat(run.verdict().severity()).isEqualTo(Severity.INFO);
  }

  @Test
  void theFirstStepsOfAWarmUpAreNoSuspect() {
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 140; t++) {
      run.accept(t < 60 ? 1.0 : 100, 0.001 * t, false, 0);
    }
    assertThat(run.opened()).hasSize(2);
    assertThat(run.opened().get(1).evidence()).doesNotContain("learning rate");
    assertThat(run.opened().get(1).next()).contains("for example to 0.0");
  }

  @Test
  void noRateOfZeroIsRecommended() {
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 140; t++) {
      run.accept(t < 60 ? 1.0 : 100, 0.0, false, 0);
    }
    assertThat(run.opened().get(1).next()).endsWith("lower the learning rate");
  }

  @Test
  void nothingIsAveragedWhileTheLossSoars() {
    var random = new SplittableRandom(1);
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 2000; t++) {
      run.accept(1 + 0.02 * random.nextGaussian(), 0.1, false, 0);
    }
    assertThat(run.detectors.findings().averages()).containsKey("loss");
    for (int t = 0; t < 60; t++) {
      run.accept(Math.pow(1.5, t), 0.1, false, 0);
    }
    assertThat(run.regime()).isEqualTo(Regime.DIVERGING);
    assertThat(run.detectors.findings().averages()).isEmpty();
    QuantityList list = new QuantityList();
    run.estimators.describe(list);
    run.detectors.describe(list, run.estimators);
    assertThat(list.absent().get("loss_drift")).contains("left its level");
  }

  /**
   * ½‖θ‖² beyond its limit, by more or less: some are taken to run away before they are critical.
   */
  @Test
  void theVerdictAsksForWhatTheOpenAlertAsks() {
    int waits = 0;
    int remedies = 0;
    for (int seed = 0; seed < 12; seed++) {
      var random = new SplittableRandom(seed);
      double raised = 2.01 + 0.01 * (seed % 4);
      double theta = 1;
      double old = 0;
      DetectedRun run = new DetectedRun();
      String asked = "";
      for (int t = 0; t < 1_000; t++) {
        double rate = t < 600 ? 0.05 : raised;
        double gradient = theta + 0.1 * random.nextGaussian();
        var step =
            TrainingStep.at(t, t)
                .loss(0.5 * theta * theta + 0.001 * random.nextDouble())
                .learningRate(rate)
                .batchSize(32)
                .gradSqnorm(gradient * gradient)
                .motion(new Motion(new float[0], (theta - old) * (theta - old), null))
                .build();
        for (Alert alert : run.accept(step)) {
          if (alert.kind().equals("loss_growth") && alert.state() != Alert.State.CLOSED) {
            asked = alert.next() + ".";
          }
        }
        if (run.verdict().severity() == Severity.WARNING) {
          assertThat(run.verdict().next()).as("seed %d, step %d", seed, t).isEqualTo(asked);
          waits += asked.startsWith("Keep the checkpoint before step") ? 1 : 0;
          remedies += asked.startsWith("Go back to a checkpoint before step") ? 1 : 0;
        }
        old = theta;
        theta -= rate * gradient;
      }
    }
    assertThat(waits).isPositive();
    assertThat(remedies).isPositive();
  }
}
