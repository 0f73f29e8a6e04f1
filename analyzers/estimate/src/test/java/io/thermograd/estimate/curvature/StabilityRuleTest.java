package io.thermograd.estimate.curvature;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.step.RunSettings;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class StabilityRuleTest {
  private static final int STEPS = 60_000;

  /**
   * The optimizers' own recurrences on ½κθ², a fiftieth of a percent on either side of the edge.
   */
  @RepeatedTest(30)
  void oneIsWhereTheRecurrenceBeginsToGrow(RepetitionInfo info) {
    var random = new SplittableRandom(info.getCurrentRepetition());
    double kappa = Math.exp(4 * random.nextDouble() - 2);
    double beta = random.nextDouble();
    for (Optimizer optimizer :
        new Optimizer[] {Optimizer.SGD, Optimizer.MOMENTUM, Optimizer.NESTEROV, Optimizer.ADAM}) {
      double b = optimizer == Optimizer.SGD ? 0 : beta;
      StabilityRule rule = StabilityRule.of(settings(optimizer, b));
      double edge = 1 / (rule.gain() * kappa);
      assertThat(growth(optimizer, b, 0.9998 * edge, kappa))
          .as("below, %s", optimizer)
          .isLessThan(1);
      assertThat(growth(optimizer, b, 1.0002 * edge, kappa))
          .as("above, %s", optimizer)
          .isGreaterThan(1);
    }
  }

  /** How much larger |θ| gets from the last but one quarter of the steps to the last. */
  private static double growth(Optimizer optimizer, double b, double eta, double kappa) {
    double theta = 1;
    double v = 0;
    double before = 0;
    double after = 0;
    for (int t = 0; t < STEPS; t++) {
      double g = kappa * theta;
      switch (optimizer) {
        case NESTEROV -> {
          v = b * v + g;
          theta -= eta * (g + b * v);
        }
        case ADAM -> {
          v = b * v + (1 - b) * g;
          theta -= eta * v;
        }
        default -> {
          v = b * v + g;
          theta -= eta * v;
        }
      }
      double size = Math.abs(theta) + eta * Math.abs(v);
      if (size > 1e100 || size < 1e-100) {
        return size > 1 ? 2 : 0;
      }
      if (t >= STEPS / 2 && t < 3 * STEPS / 4) {
        before = Math.max(before, size);
      } else if (t >= 3 * STEPS / 4) {
        after = Math.max(after, size);
      }
    }
    return after / before;
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(StabilityRule.of(unknown(Optimizer.MOMENTUM)).missing()).contains("set momentum");
    assertThat(StabilityRule.of(unknown(Optimizer.NESTEROV)).missing()).contains("set momentum");
    assertThat(StabilityRule.of(unknown(Optimizer.ADAM)).missing()).contains("set beta1");
    assertThat(StabilityRule.of(unknown(Optimizer.ADAMW)).missing()).contains("set beta1");
    assertThat(StabilityRule.of(unknown(Optimizer.OTHER)).missing()).contains("other");
    assertThat(StabilityRule.of(unknown(Optimizer.OPTIMIZER_UNSPECIFIED)).missing())
        .contains("set optimizer");
    assertThat(StabilityRule.of(unknown(Optimizer.SGD)).missing()).isNull();
  }

  @Test
  void onlyAdamLooksAtThePreconditionedHessian() {
    for (Optimizer optimizer : new Optimizer[] {Optimizer.ADAM, Optimizer.ADAMW}) {
      assertThat(StabilityRule.of(settings(optimizer, 0.9)).preconditioned()).isTrue();
    }
    assertThat(StabilityRule.of(settings(Optimizer.NESTEROV, 0.9)).preconditioned()).isFalse();
  }

  private static RunSettings settings(Optimizer optimizer, double beta) {
    return RunSettings.of(optimizer).withMomentum(beta).withBeta1(beta);
  }

  private static RunSettings unknown(Optimizer optimizer) {
    return RunSettings.of(optimizer);
  }
}
