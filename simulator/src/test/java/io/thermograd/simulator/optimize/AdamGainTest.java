package io.thermograd.simulator.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** P = −∂Δθ/∂ḡ against differences of the update itself, after the same past. */
class AdamGainTest {
  private static final int N = 5;

  @RepeatedTest(20)
  void isTheDerivativeOfTheUpdate(RepetitionInfo info) {
    int steps = info.getCurrentRepetition();
    for (OptimizerSettings settings :
        new OptimizerSettings[] {
          OptimizerSettings.adam(),
          new OptimizerSettings.Adam(0.8, 0.9, 1e-3, 0.1),
          OptimizerSettings.adamW(0.1)
        }) {
      double h = 1e-6;
      double[] up = new double[N];
      double[] down = new double[N];
      last(settings, steps, h, up);
      last(settings, steps, -h, down);
      double[] middle = new double[N];
      Optimizer at = last(settings, steps, 0, middle);
      for (int i = 0; i < N; i++) {
        double slope = -(up[i] - down[i]) / (2 * h);
        // Central differences: h² of the third derivative, and rounding of 10⁻¹⁶/h.
        assertThat(at.gain()[i]).isCloseTo(slope, within(1e-7 + 1e-6 * Math.abs(slope)));
      }
    }
  }

  /** In its first step Adam moves by η whatever the gradient's size. */
  @Test
  void theFirstStepFollowsNothingButTheSign() {
    Optimizer adam = OptimizerSettings.adam().create(1, NoRandom.INSTANCE);
    double[] delta = new double[1];
    adam.update(new double[1], new double[] {3}, 0.1, delta);
    assertThat(delta[0]).isCloseTo(-0.1, within(1e-8));
    assertThat(adam.gain()[0]).isCloseTo(0, within(1e-9));
    assertThat(adam.preconditioner()[0]).isCloseTo(3, within(1e-7));
  }

  @Test
  void othersHaveNone() {
    Optimizer sgd = OptimizerSettings.heavyBall(0.9).create(1, NoRandom.INSTANCE);
    assertThat(sgd.gain()).isEmpty();
    assertThat(sgd.preconditioner()).isEmpty();
  }

  private static Optimizer last(OptimizerSettings settings, int steps, double off, double[] delta) {
    SplittableRandom random = new SplittableRandom(steps);
    Optimizer optimizer = settings.create(N, NoRandom.INSTANCE);
    double[] theta = new double[N];
    double[] gradient = new double[N];
    for (int t = 0; t < steps; t++) {
      for (int i = 0; i < N; i++) {
        theta[i] = random.nextGaussian();
        gradient[i] = 0.5 + random.nextGaussian() + (t == steps - 1 ? off : 0);
      }
      optimizer.update(theta, gradient, 0.01, delta);
    }
    return optimizer;
  }
}
