package io.thermograd.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.dynamics.Autocorrelation;
import io.thermograd.simulator.dynamics.SgdEnsemble;
import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuadraticsTest {

  @Test
  void theLawIsThatOfManyReplicas() {
    double[] curvatures = {5, 1, 0.2};
    double[][] sigma = Quadratic.rotated(3, 4, 1, 0.2).hessian();
    double[] start = {1, -1, 2};
    int replicas = 4_000;
    SgdEnsemble ensemble =
        SgdEnsemble.at(
            Quadratic.diagonal(curvatures),
            GaussianNoise.of(sigma),
            OptimizerSettings.sgd(),
            LearningRate.constant(0.3).times(0.5, 20),
            BatchSizeSchedule.change(4, 16, 30),
            start,
            replicas,
            5);
    QuadraticLaw law = new QuadraticLaw(curvatures, sigma, start);
    double[] losses = new double[replicas];
    for (int step = 0; step < 45; step++) {
      Quadratic.diagonal(curvatures).values(ensemble.positions(), replicas, losses);
      double mean = 0;
      double square = 0;
      for (double loss : losses) {
        mean += loss / replicas;
        square += loss * loss / replicas;
      }
      double error = Math.sqrt(Math.max(0, square - mean * mean) / replicas);
      // 45 steps, of which some ten are independent: 5 standard errors, and rounding.
      assertThat(mean).as("step %d", step).isCloseTo(law.expectedLoss(), within(5 * error + 1e-12));
      ensemble.step();
      law.step(step < 20 ? 0.3 : 0.15, step < 30 ? 4 : 16);
    }
  }

  @Test
  void theNoiseOnTheWireIsTheTruths() throws IOException {
    Recorded run = Recorded.of("noisy-quadratic-misaligned", 1);
    double exact = value(run.truth(), "noise_trace", 0);
    double mean = 0;
    for (StepEvent step : run.steps()) {
      mean += scatter(step) / run.steps().size();
    }
    // Each step's estimate is a sum of χ² of 3 degrees, one for each eigenvalue: its relative
    // variance is 2 tr Σ²/(3 (tr Σ)²) = 2/(3 d_eff). Four standard errors over 6,000 steps.
    double error =
        Math.sqrt(2 / (3 * value(run.truth(), "effective_dimension", 0)) / run.steps().size());
    assertThat(mean).isCloseTo(exact, within(4 * error * exact));
  }

  @Test
  void theLossAtRestIsTheThermalEnergy() throws IOException {
    // Over 12 seeds: the mean of their time averages against its own standard error.
    int seeds = 12;
    double[] ratios = new double[seeds];
    for (int s = 0; s < seeds; s++) {
      Recorded run = Recorded.of("noisy-quadratic-misaligned", 100 + s);
      long from = run.truth().moment("stationary_from").step();
      double mean =
          run.steps().stream()
              .filter(step -> step.getStep() >= from)
              .mapToDouble(StepEvent::getLoss)
              .average()
              .orElseThrow();
      ratios[s] = mean / value(run.truth(), "thermal_energy", 0);
    }
    double mean = Arrays.stream(ratios).average().orElseThrow();
    double variance = 0;
    for (double ratio : ratios) {
      variance += (ratio - mean) * (ratio - mean) / (seeds - 1);
    }
    // Student's 0.995 quantile at 11 degrees of freedom is 3.1; 1 % for "stationary" itself.
    assertThat(mean).isCloseTo(1, within(3.1 * Math.sqrt(variance / seeds) + 0.001));
  }

  @Test
  void raisingTheRateAboveTheEdgeDivergesAtTheSaidPace() throws IOException {
    Recorded run = Recorded.of("learning-rate-too-high", 1);
    Truth truth = run.truth();
    assertThat(truth.moment("divergence_starts").step()).isEqualTo(2_000);
    long end = truth.moment("first_non_finite").step();
    assertThat(truth.ending()).isEqualTo("failed");
    assertThat(truth.steps()).isEqualTo(end + 201);
    List<StepEvent> steps = run.steps();
    assertThat(steps.get((int) end - 1).getNonfiniteCount()).isZero();
    assertThat(steps.get((int) end).getNonfiniteCount()).isPositive();
    // Far above the noise the fastest direction alone counts.
    double pace = 0.5 * Math.log(steps.get(2_150).getLoss() / steps.get(2_050).getLoss()) / 100;
    assertThat(pace).isCloseTo(value(truth, "growth_rate", 2_000), within(1e-3));
    assertThat(truth.regimes())
        .extracting(Truth.Span::regime)
        .containsExactly(Regime.DESCENDING, Regime.STATIONARY, Regime.DIVERGING);
  }

  /** Over 20 runs of some 4,000 steps at rest: 1,000 autocorrelation times or more. */
  @ParameterizedTest
  @ValueSource(strings = {"noisy-quadratic-aligned", "noisy-quadratic-misaligned"})
  void theLossForgetsAsFastAsItIsSaidTo(String name) throws IOException {
    double[][] chains = new double[20][4_000];
    Truth truth = Recorded.of(name, 1).truth();
    for (int i = 0; i < chains.length; i++) {
      List<StepEvent> steps = Recorded.of(name, 1 + i).steps();
      for (int t = 0; t < 4_000; t++) {
        chains[i][t] = steps.get(steps.size() - 4_000 + t).getLoss();
      }
    }
    double measured = Autocorrelation.of(chains, value(truth, "thermal_energy", 0)).time();
    assertThat(measured / value(truth, "loss_autocorrelation_steps", 0)).isBetween(0.8, 1.2);
  }

  @Test
  void descentEndsAtTwiceTheLimit() throws IOException {
    Recorded run = Recorded.of("noisy-quadratic-aligned", 1);
    Truth.Span descent = run.truth().regimes().get(0);
    assertThat(descent.regime()).isEqualTo(Regime.DESCENDING);
    assertThat(descent.from()).isZero();
    // Twenty directions: the loss of one run is within half of its mean there.
    double limit = value(run.truth(), "thermal_energy", 0);
    assertThat(run.steps().get((int) descent.to()).getLoss() / limit).isBetween(1.0, 3.0);
  }

  @Test
  void slowDivergenceGoesOnToTheEnd() throws IOException {
    Recorded run = Recorded.of("slow-divergence", 1);
    assertThat(run.truth().ending()).isEqualTo("completed");
    List<StepEvent> steps = run.steps();
    double pace = 0.5 * Math.log(steps.get(2_999).getLoss() / steps.get(2_700).getLoss()) / 299;
    assertThat(pace)
        .isCloseTo(value(run.truth(), "growth_rate", 2_000), within(1e-3))
        .isCloseTo(Math.log(1.02), within(1e-3));
  }

  @Test
  void growingBatchesCoolInProportion() throws IOException {
    Recorded run = Recorded.of("batch-size-growth", 1);
    Truth truth = run.truth();
    for (int stage = 1; stage <= 4; stage++) {
      assertThat(run.steps().get(1_500 * stage).getBatchSize()).isEqualTo(32 << stage);
      assertThat(value(truth, "thermal_energy", 1_500L * stage))
          .isCloseTo(value(truth, "thermal_energy", 0) / (1 << stage), within(1e-15));
    }
    assertThat(truth.moments().stream().filter(m -> m.kind().equals("batch_size_changes")))
        .extracting(Truth.Moment::step)
        .containsExactly(1_500L, 3_000L, 4_500L, 6_000L);
  }

  private static double value(Truth truth, String quantity, long step) {
    return truth.quantity(quantity).values().stream()
        .filter(at -> at.step() == step)
        .findFirst()
        .orElseGet(() -> truth.quantity(quantity).values().get(0))
        .value()[0][0];
  }

  /** b/(m−1) Σ‖g_j − ḡ‖², from the vectors on the wire. */
  private static double scatter(StepEvent step) {
    float[][] g =
        step.getMicroBatchesList().stream()
            .map(MicroBatch::getGradSketch)
            .map(Vectors::toFloats)
            .toArray(float[][]::new);
    double sum = 0;
    for (int i = 0; i < g[0].length; i++) {
      double mean = 0;
      for (float[] gj : g) {
        mean += gj[i] / (double) g.length;
      }
      for (float[] gj : g) {
        sum += (gj[i] - mean) * (gj[i] - mean);
      }
    }
    return step.getMicroBatches(0).getExamples() * sum / (g.length - 1);
  }
}
