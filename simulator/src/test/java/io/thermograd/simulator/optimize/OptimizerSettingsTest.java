package io.thermograd.simulator.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.Gaussians;
import io.thermograd.simulator.random.Ziggurat;
import io.thermograd.wire.proto.RunStarted;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptimizerSettingsTest {

  @Test
  void langevinAddsNoiseOfItsTemperature() {
    // θ = 0 and a gradient of 3 for every element: Δθ = −0.3 + √(2·0.1·0.2) N.
    int n = 40_000;
    double[] gradient = new double[n];
    Arrays.fill(gradient, 3);
    double[] delta = new double[n];
    OptimizerSettings.sgld(0.2).create(n, gaussians(1)).update(new double[n], gradient, 0.1, delta);
    double mean = 0;
    double square = 0;
    for (double d : delta) {
      mean += d / n;
      square += (d + 0.3) * (d + 0.3) / n;
    }
    // Standard errors 0.2/√n = 0.001 and 0.04·√(2/n) = 0.00028; 5 of them.
    assertThat(mean).isCloseTo(-0.3, within(0.005));
    assertThat(square).isCloseTo(0.04, within(0.0014));
  }

  @Test
  void langevinAtTemperatureZeroIsDescent() {
    double[] theta = {1, -2};
    double[] langevin = new double[2];
    double[] descent = new double[2];
    new OptimizerSettings.Sgld(0, 0.1)
        .create(2, gaussians(1))
        .update(theta, new double[] {3, 4}, 0.5, langevin);
    new OptimizerSettings.Sgd(0.1)
        .create(2, NoRandom.INSTANCE)
        .update(theta, new double[] {3, 4}, 0.5, descent);
    assertThat(langevin).containsExactly(descent);
    assertThat(descent).containsExactly(-0.5 * 3.1, -0.5 * 3.8);
  }

  @Test
  void nonFiniteGradientsStayInTheirElement() {
    for (OptimizerSettings settings :
        List.of(
            OptimizerSettings.sgd(),
            OptimizerSettings.heavyBall(0.9),
            OptimizerSettings.nesterov(0.9),
            OptimizerSettings.adam(),
            OptimizerSettings.adamW(0.1))) {
      double[] delta = new double[3];
      double[] gradient = {Double.NaN, Double.POSITIVE_INFINITY, 1};
      settings.create(3, NoRandom.INSTANCE).update(new double[3], gradient, 0.1, delta);
      assertThat(delta[0]).as("%s", settings).isNaN();
      assertThat(Double.isFinite(delta[1])).as("%s", settings).isFalse();
      assertThat(delta[2]).as("%s", settings).isNegative().isFinite();
    }
  }

  @Test
  void saysWhatItIsInTheSchemasWords() {
    RunStarted.Builder started = RunStarted.newBuilder();
    new OptimizerSettings.Nesterov(0.8, 0.01).describe(started);
    assertThat(started.getOptimizer()).isEqualTo(RunStarted.Optimizer.NESTEROV);
    assertThat(started.getMomentum()).isEqualTo(0.8);
    assertThat(started.getWeightDecay()).isEqualTo(0.01);
    started.clear();
    OptimizerSettings.adamW(0.1).describe(started);
    assertThat(started.getOptimizer()).isEqualTo(RunStarted.Optimizer.ADAMW);
    assertThat(started.hasMomentum()).isFalse();
    assertThat(started.getBeta1()).isEqualTo(0.9);
    assertThat(started.getBeta2()).isEqualTo(0.999);
    started.clear();
    OptimizerSettings.sgld(1).describe(started);
    assertThat(started.getOptimizer()).isEqualTo(RunStarted.Optimizer.OTHER);
  }

  @Test
  void knowsItsEffectiveLearningRate() {
    assertThat(OptimizerSettings.heavyBall(0.75).gain()).isEqualTo(4);
    assertThat(OptimizerSettings.adam().gain()).isEqualTo(1);
    assertThat(new OptimizerSettings.Sgd(0.1).l2()).isEqualTo(0.1);
    assertThat(OptimizerSettings.adamW(0.1).l2()).isZero();
  }

  @Test
  void namesBadSettings() {
    assertThatThrownBy(() -> OptimizerSettings.heavyBall(1))
        .hasMessage("momentum should be in [0, 1): was 1.0");
    assertThatThrownBy(() -> new OptimizerSettings.Adam(0.9, -1, 1e-8, 0))
        .hasMessage("beta2 should be in [0, 1): was -1.0");
    assertThatThrownBy(() -> new OptimizerSettings.Adam(0.9, 0.9, 0, 0))
        .hasMessage("epsilon should be positive and finite: was 0.0");
    assertThatThrownBy(() -> OptimizerSettings.adamW(Double.NaN))
        .hasMessage("weight decay should be at least 0 and finite: was NaN");
    assertThatThrownBy(() -> OptimizerSettings.sgld(-1))
        .hasMessage("temperature should be at least 0 and finite: was -1.0");
  }

  private static Gaussians gaussians(long seed) {
    return new Ziggurat(seed);
  }
}
