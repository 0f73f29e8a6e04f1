package io.thermograd.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Verdict;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is said of SGD in equilibrium on ½‖θ‖² in 16 dimensions, with noise of unit variance in each
 * direction of each of 4 micro-batches: E_th = η·tr Σ/4B = η to leading order in η.
 */
class EquilibriumWordsTest {
  private static final int DIM = 16;
  private static final int MICRO = 4;
  private static final double RATE = 0.1;
  private static final RunSettings SETTINGS = RunSettings.of(Optimizer.SGD);

  private static final class Run {
    private final RunEstimators estimators = new RunEstimators(SETTINGS, 500, 100);
    private final RunDetectors detectors = new RunDetectors("run", 0, SETTINGS);
    private final SplittableRandom random;
    private final double[] theta = new double[DIM];
    private final List<Alert> alerts = new ArrayList<>();
    private long step;

    Run(long seed) {
      random = new SplittableRandom(seed);
    }

    void steps(int n, double level, boolean micro) {
      for (int t = 0; t < n; t++) {
        step(level + excess(), micro);
      }
    }

    double excess() {
      double sum = 0;
      for (double x : theta) {
        sum += 0.5 * x * x;
      }
      return sum;
    }

    void step(double loss, boolean micro) {
      float[] position = new float[DIM];
      float[][] gradients = new float[MICRO][DIM];
      double[] mean = new double[DIM];
      int[] examples = new int[MICRO];
      double[] squares = new double[MICRO];
      for (int i = 0; i < DIM; i++) {
        position[i] = (float) theta[i];
      }
      for (int j = 0; j < MICRO; j++) {
        examples[j] = 1;
        for (int i = 0; i < DIM; i++) {
          gradients[j][i] = (float) (theta[i] + random.nextGaussian());
          squares[j] += (double) gradients[j][i] * gradients[j][i];
          mean[i] += gradients[j][i] / MICRO;
        }
      }
      var next =
          TrainingStep.at(step, step)
              .loss(loss)
              .learningRate(RATE)
              .batchSize(MICRO)
              .examples(micro ? examples : new int[0])
              .sqnorms(micro ? squares : new double[0])
              .sketches(micro ? gradients : new float[0][])
              .motion(new Motion(position, null, null))
              .build();
      step++;
      estimators.accept(next);
      alerts.addAll(detectors.accept(next, 0, estimators));
      for (int i = 0; i < DIM; i++) {
        theta[i] -= RATE * mean[i];
      }
    }

    Verdict verdict() {
      QuantityList list = new QuantityList();
      estimators.describe(list);
      detectors.describe(list, estimators);
      return detectors.verdict(list, estimators);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aFloorIsClaimedWhereNoiseHoldsTheLossUp(long seed) {
    Run run = new Run(seed);
    run.steps(2000, 0, true);
    assertThat(run.detectors.regime()).contains(Regime.STATIONARY);
    assertThat(run.verdict().title()).startsWith("Noise floor reached");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noFloorIsClaimedWhereItDoesNot(long seed) {
    Run run = new Run(seed);
    // E_th is a five-hundredth of it.
    run.steps(2000, 500 * RATE, true);
    Verdict verdict = run.verdict();
    assertThat(run.detectors.regime()).contains(Regime.STATIONARY);
    assertThat(verdict.title()).startsWith("Flat and in balance");
    assertThat(verdict.why()).contains("less than 1 %", "saddle");
    assertThat(verdict.next()).startsWith("Less noise would take off at most");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noFloorIsClaimedWhereTheNoiseIsNotKnown(long seed) {
    Run run = new Run(seed);
    run.steps(2000, 5, false);
    Verdict verdict = run.verdict();
    assertThat(run.detectors.regime()).contains(Regime.STATIONARY);
    assertThat(verdict.title()).startsWith("Flat and in balance");
    assertThat(verdict.why()).contains("is not known");
    assertThat(verdict.why() + verdict.next()).doesNotContain("NaN", "null");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aRunThatHasNotRecoveredIsNotSaidToBeCalm(long seed) {
    Run run = new Run(seed);
    run.steps(1500, 10, false);
    double level = 10;
    for (int t = 0; t < 60; t++) {
      level *= 1.15;
      run.step(level + run.excess(), false);
    }
    run.alerts.clear();
    run.steps(2000, level, false);
    assertThat(run.verdict().title()).startsWith("Not recovered from the divergence");
    assertThat(run.detectors.regime()).contains(Regime.STATIONARY);
    assertThat(run.alerts)
        .filteredOn(a -> a.state() == Alert.State.OPENED)
        .extracting(Alert::kind)
        .doesNotContain("stationary", "plateau");
  }
}
