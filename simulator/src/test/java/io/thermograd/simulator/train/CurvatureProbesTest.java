package io.thermograd.simulator.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.Ziggurat;
import io.thermograd.wire.proto.StepEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On a quadratic, where all is known. */
class CurvatureProbesTest {
  private static final double[] CURVATURES = {7, 5, 3, 1};
  private static final double[][] H = Quadratic.rotated(5, CURVATURES).hessian();

  private record Seen(StepEvent event, double[] gradient, double[] preconditioner) {}

  private static List<Seen> train(OptimizerSettings optimizer, double l2, long every, long steps) {
    LandscapeSource source =
        new LandscapeSource(
            Quadratic.of(H), GaussianNoise.diagonal(4, 1, 0.25, 0.01), Ziggurat.stream(1, 2));
    TrainingPlan plan =
        TrainingPlan.of(optimizer, LearningRate.constant(0.01), Batches.of(4, 8), steps);
    CurvatureProbes probes = new CurvatureProbes(source, l2, every);
    List<Seen> seen = new ArrayList<>();
    new Trainer(source, new double[] {1, -2, 3, 0.5}, plan, 1)
        .run(
            step -> {
              StepEvent.Builder event = StepEvent.newBuilder();
              probes.observe(step, event);
              seen.add(
                  new Seen(
                      event.build(), step.meanGradient().clone(), step.preconditioner().clone()));
            },
            () -> false);
    return seen;
  }

  @Test
  void tellsTheLargestEigenvaluesTheTraceAndTheCurvatureAlongTheGradient() {
    List<Seen> seen = train(OptimizerSettings.sgd(), 0, 3, 7);
    for (int s = 0; s < 7; s++) {
      assertThat(seen.get(s).event().hasProbe()).isEqualTo(s % 3 == 0);
    }
    var probe = seen.get(3).event().getProbe();
    assertThat(probe.getHessianTopList()).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(probe.getHessianTop(i)).isCloseTo(CURVATURES[i], within(1e-9));
    }
    assertThat(probe.getHessianTrace()).isCloseTo(16, within(1e-9));
    assertThat(probe.getGradHessGrad())
        .isCloseTo(quadratic(H, seen.get(3).gradient()), within(1e-9));
    assertThat(probe.getPreconditionedTopList()).isEmpty();
  }

  @Test
  void thePenaltyIsPartOfTheLoss() {
    var probe = train(new OptimizerSettings.Sgd(0.5), 0.5, 1, 1).get(0).event().getProbe();
    assertThat(probe.getHessianTop(0)).isCloseTo(7.5, within(1e-9));
    assertThat(probe.getHessianTrace()).isCloseTo(18, within(1e-9));
  }

  /** det(D⁻¹H − λ) changes sign at λ: no power of ten between it and 0. */
  @Test
  void adamsCurvatureIsThatOfTheScaledHessian() {
    Seen seen = train(OptimizerSettings.adam(), 0, 5, 26).get(25);
    double lambda = seen.event().getProbe().getPreconditionedTop(0);
    double[] d = seen.preconditioner();
    double below = determinant(d, lambda * (1 - 1e-6));
    double above = determinant(d, lambda * (1 + 1e-6));
    assertThat(below * above).isNegative();
    // The largest: no sign change beyond.
    for (double x = 1.01; x < 1e4; x *= 1.1) {
      assertThat(determinant(d, lambda * x) * above).isPositive();
    }
  }

  @Test
  void onANetworkTheTraceIsWithinItsError() {
    Mlp mlp = Mlp.tanh(64, 4, 10);
    Evaluator evaluator = new Evaluator(mlp, Digits.load());
    float[] theta = mlp.initialise(1);
    double[] start = new double[theta.length];
    for (int p = 0; p < start.length; p++) {
      start[p] = theta[p];
    }
    ObjectiveSource source = new ObjectiveSource(evaluator, SamplingScheme.WITH_REPLACEMENT, 1);
    CurvatureProbes probes = new CurvatureProbes(source, 0, 1);
    StepEvent.Builder event = StepEvent.newBuilder();
    new Trainer(
            source,
            start,
            TrainingPlan.of(
                OptimizerSettings.sgd(), LearningRate.constant(0.1), Batches.of(2, 8), 1),
            1)
        .run(step -> probes.observe(step, event), () -> false);
    double[][] h = Curvature.at(mlp, Digits.load(), theta).hessian().dense();
    double trace = 0;
    double off = 0;
    for (int i = 0; i < h.length; i++) {
      trace += h[i][i];
      for (int j = 0; j < i; j++) {
        off += 2 * h[i][j] * h[i][j];
      }
    }
    double error = Math.sqrt(2 * off / 16);
    assertThat(error / trace).isLessThan(0.2);
    assertThat(event.getProbe().getHessianTrace()).isCloseTo(trace, within(3 * error));
  }

  private static double quadratic(double[][] a, double[] x) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x.length; j++) {
        sum += x[i] * a[i][j] * x[j];
      }
    }
    return sum;
  }

  /** det(H − λD), by elimination without pivots, which a symmetric definite part allows here. */
  private static double determinant(double[] d, double lambda) {
    double[][] a = new double[d.length][];
    for (int i = 0; i < d.length; i++) {
      a[i] = H[i].clone();
      a[i][i] -= lambda * d[i];
    }
    double product = 1;
    for (int i = 0; i < d.length; i++) {
      product *= a[i][i];
      for (int r = i + 1; r < d.length; r++) {
        double f = a[r][i] / a[i][i];
        for (int c = i; c < d.length; c++) {
          a[r][c] -= f * a[i][c];
        }
      }
    }
    return product;
  }
}
