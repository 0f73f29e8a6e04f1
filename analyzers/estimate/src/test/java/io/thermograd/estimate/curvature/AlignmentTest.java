package io.thermograd.estimate.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;
import io.thermograd.estimate.step.Probe;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AlignmentTest {
  private static final double[] LAMBDA = {8, 4, 2, 1};
  private static final double[][] UNIT = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};

  private static SubspaceHessian hessian(double[][] h, double error) {
    double[][] errors = new double[h.length][h.length];
    for (double[] row : errors) {
      java.util.Arrays.fill(row, error);
    }
    return new SubspaceHessian(new float[0][], h, errors, 1_000);
  }

  private static double[][] diagonal(double... kappa) {
    double[][] h = new double[kappa.length][kappa.length];
    for (int i = 0; i < kappa.length; i++) {
      h[i][i] = kappa[i];
    }
    return h;
  }

  private static QuantityList read(double[] lambda, double relative, SubspaceHessian h) {
    QuantityList out = new QuantityList();
    double[] errors = Draws.filled(lambda.length, relative);
    Alignment.of(lambda, errors, UNIT, relative * relative / 2, h).describe(out);
    return out;
  }

  private static Quantity get(QuantityList list, String name) {
    return Objects.requireNonNull(list.quantities().get(name), name);
  }

  private static double value(Quantity q) {
    return Objects.requireNonNull(q.value());
  }

  @Test
  void proportionalMatricesAreAlignedWithSlopeOne() {
    QuantityList list = read(LAMBDA, 0, hessian(diagonal(4, 2, 1, 0.5), 0));
    for (String name :
        new String[] {
          "noise_curvature_alignment", "noise_curvature_cosine", "noise_curvature_slope"
        }) {
      assertThat(value(get(list, name))).as(name).isCloseTo(1, within(1e-12));
    }
  }

  /** Reversed: tr = 8·½ + 4·1 + 2·2 + 1·4 = 16, over √85·√21.25. */
  @Test
  void oppositeOrdersAreNot() {
    QuantityList list = read(LAMBDA, 0, hessian(diagonal(0.5, 1, 2, 4), 0));
    assertThat(value(get(list, "noise_curvature_alignment")))
        .isCloseTo(16 / Math.sqrt(85 * 21.25), within(1e-12));
    assertThat(value(get(list, "noise_curvature_cosine"))).isCloseTo(0, within(1e-12));
  }

  @Test
  void isAbsentWhereTheHessianIsLostInItsError() {
    QuantityList list = read(LAMBDA, 0.05, hessian(diagonal(4, 2, 1, 0.5), 1.5));
    assertThat(list.absent())
        .containsOnlyKeys(
            "noise_curvature_alignment", "noise_curvature_cosine", "noise_curvature_slope");
  }

  /**
   * 95 % intervals over 2,000 draws of Ĥ and Σ̂ about the truth, Σ̂_ij with variance (1 +
   * δ_ij)λ_iλ_j/N; ± 2 % is 4 standard errors.
   */
  @Test
  void intervalsCover() {
    var random = new SplittableRandom(5);
    double[][] truth = diagonal(5, 2, 1.2, 0.4);
    truth[0][1] = 0.8;
    truth[1][0] = 0.8;
    truth[2][3] = -0.3;
    truth[3][2] = -0.3;
    double error = 0.03;
    double relative = 0.05;
    QuantityList exact = read(LAMBDA, 0, hessian(truth, 0));
    int runs = 2_000;
    int alignment = 0;
    int slope = 0;
    for (int run = 0; run < runs; run++) {
      double[][] h = new double[4][4];
      double[] sigma = new double[16];
      for (int a = 0; a < 4; a++) {
        for (int b = 0; b <= a; b++) {
          double sd = relative * Math.sqrt(LAMBDA[a] * LAMBDA[b] * (a == b ? 1 : 0.5));
          sigma[a * 4 + b] = (a == b ? LAMBDA[a] : 0) + sd * random.nextGaussian();
          h[a][b] = truth[a][b] + error * random.nextGaussian();
          h[b][a] = h[a][b];
        }
      }
      SymmetricEigen eigen = new SymmetricEigen(4, SpectrumKernel.best());
      eigen.decompose(sigma, 4, 4);
      double[] lambda = new double[4];
      double[][] u = new double[4][4];
      for (int i = 0; i < 4; i++) {
        lambda[i] = eigen.value(i);
        for (int a = 0; a < 4; a++) {
          u[i][a] = eigen.vector(i, a);
        }
      }
      QuantityList list = new QuantityList();
      Alignment.of(lambda, Draws.filled(4, relative), u, relative * relative / 2, hessian(h, error))
          .describe(list);
      alignment += covers(list, exact, "noise_curvature_alignment");
      slope += covers(list, exact, "noise_curvature_slope");
    }
    assertThat((double) alignment / runs).isBetween(0.93, 0.98);
    assertThat((double) slope / runs).isBetween(0.92, 0.98);
  }

  private static int covers(QuantityList list, QuantityList exact, String name) {
    Quantity q = get(list, name);
    double truth = value(get(exact, name));
    return Objects.requireNonNull(q.low()) <= truth && truth <= Objects.requireNonNull(q.high())
        ? 1
        : 0;
  }

  /** ḡ normal about G: B_noise of a known H and Σ within its interval, G and all else fixed. */
  @Test
  void theNoiseScaleOfCurvatureIsCorrectedForTheBatch() {
    var random = new SplittableRandom(9);
    double[] kappa = {4, 2, 1, 0.5};
    double[] g = {1, 2, -1, 3};
    double product = 8 * 4 + 4 * 2 + 2 * 1 + 1 * 0.5;
    double signal = 4 + 2 * 4 + 1 + 0.5 * 9;
    int batch = 8;
    int covered = 0;
    int runs = 400;
    for (int run = 0; run < runs; run++) {
      var scale = new NoiseAndCurvature(Draws.WHOLE);
      for (int t = 0; t < 40; t++) {
        double along = 0;
        for (int i = 0; i < 4; i++) {
          double x = g[i] + Math.sqrt(LAMBDA[i] / batch) * random.nextGaussian();
          along += kappa[i] * x * x;
        }
        scale.accept(probed(t, batch, along, 7.5));
      }
      QuantityList out = new QuantityList();
      Alignment known =
          Alignment.of(LAMBDA, Draws.filled(4, 0.01), UNIT, 1e-4, hessian(diagonal(kappa), 0.01));
      scale.describeScale(out, known, 15);
      Quantity q = get(out, "curvature_noise_scale");
      double truth = product / signal;
      if (Objects.requireNonNull(q.low()) <= truth && truth <= Objects.requireNonNull(q.high())) {
        covered++;
      }
    }
    // ± 4 standard errors of 400 runs; uncorrected, the ratio would be 30 % low.
    assertThat((double) covered / runs).isBetween(0.905, 0.995);
  }

  @Test
  void saysHowManyProbesAreMissing() {
    var scale = new NoiseAndCurvature(Draws.WHOLE);
    scale.accept(probed(0, 8, 3, 7.5));
    scale.accept(probed(1, 8, Double.NaN, Double.NaN));
    QuantityList out = new QuantityList();
    Alignment known =
        Alignment.of(LAMBDA, new double[4], UNIT, 0, hessian(diagonal(4, 2, 1, 0.5), 0));
    scale.describeScale(out, known, 15);
    assertThat(out.absent().get("curvature_noise_scale")).contains("4 probes and has 1");
    var restored = new NoiseAndCurvature(Draws.WHOLE);
    Draws.copy(scale::writeTo, restored::readFrom);
    assertThat(Draws.bytes(restored::writeTo)).isEqualTo(Draws.bytes(scale::writeTo));
  }

  private static TrainingStep probed(long step, int batch, double along, double trace) {
    return TrainingStep.at(step, step)
        .learningRate(0.1)
        .batchSize(batch)
        .probe(new Probe(new double[0], trace, along, new double[0]))
        .build();
  }
}
