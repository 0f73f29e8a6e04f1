package io.thermograd.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against PyTorch (src/test/python/curvature_fixture.py) and against central differences. */
class CurvatureTest {
  private static final Dataset FEW =
      Digits.load().select(IntStream.range(0, 40).toArray()).features(18, 24);

  static List<Mlp> networks() {
    return List.of(
        Mlp.relu(6, 5, 4, 10),
        Mlp.tanh(6, 5, 4, 10),
        Mlp.linear(6, 4, 10).withLoss(Loss.SQUARED),
        Mlp.tanh(6, 5, 10).withLoss(Loss.SQUARED).withoutBiases());
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everythingAgreesWithTorch(Mlp mlp) {
    Fixture expected = fixture(mlp);
    double[] theta = wave(mlp.parameterCount(), 0.8, 1.7);
    double[] v = wave(mlp.parameterCount(), 1, 0.9);
    Curvature curvature = Curvature.at(mlp, FEW, theta);
    // Both sides in float64, sums of some thousand terms of order 1: 10⁻¹³ and some.
    assertThat(curvature.loss()).isCloseTo(expected.number("loss"), within(1e-12));
    assertThat(curvature.gradient()).containsExactly(expected.numbers("gradient"), within(1e-12));
    double[] product = new double[theta.length];
    curvature.hessian().apply(v, product);
    assertThat(product).containsExactly(expected.numbers("hessian_vector"), within(1e-11));
    curvature.gaussNewton().apply(v, product);
    assertThat(product).containsExactly(expected.numbers("gauss_newton_vector"), within(1e-11));
    assertThat(curvature.hessian().trace())
        .isCloseTo(expected.number("hessian_trace"), within(1e-10));
    assertThat(curvature.gradientCurvature())
        .isCloseTo(expected.number("gradient_curvature"), within(1e-11));
    assertThat(curvature.noiseCurvature())
        .isCloseTo(expected.number("noise_curvature"), within(1e-10));
    assertThat(curvature.top(5).values())
        .containsExactly(Arrays.copyOf(expected.numbers("hessian_eigenvalues"), 5), within(1e-9));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void hessianIsSymmetricAndTheLimitOfCentralDifferences(Mlp mlp) {
    double[] theta = wave(mlp.parameterCount(), 0.8, 1.7);
    SymmetricOperator hessian = Curvature.at(mlp, FEW, theta).hessian();
    int p = theta.length;
    double[][] columns = new double[p][p];
    double[] unit = new double[p];
    double h = 1e-5;
    for (int j = 0; j < p; j++) {
      unit[j] = 1;
      hessian.apply(unit, columns[j]);
      unit[j] = 0;
      double kept = theta[j];
      theta[j] = kept + h;
      double[] up = Curvature.at(mlp, FEW, theta).gradient();
      theta[j] = kept - h;
      double[] down = Curvature.at(mlp, FEW, theta).gradient();
      theta[j] = kept;
      for (int k = 0; k < p; k++) {
        // Cancellation 10⁻¹⁶/h and truncation h² times a third derivative of order 10.
        assertThat(columns[j][k]).isCloseTo((up[k] - down[k]) / (2 * h), within(1e-8));
      }
    }
    for (int j = 0; j < p; j++) {
      for (int k = 0; k < j; k++) {
        assertThat(columns[j][k]).isCloseTo(columns[k][j], within(1e-13));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void covarianceHasTheEigenvaluesAndVectorsOfNumpysMatrix(Mlp mlp) {
    Fixture expected = fixture(mlp);
    Curvature curvature = Curvature.at(mlp, FEW, wave(mlp.parameterCount(), 0.8, 1.7));
    ExactSpectrum spectrum = ExactSpectrum.at(curvature);
    double[] values = expected.numbers("sigma_eigenvalues");
    Eigenpairs top = spectrum.top(12);
    assertThat(top.values()).containsExactly(values, within(1e-9 * values[0]));
    assertThat(Arrays.copyOf(spectrum.eigenvalues(), 12))
        .containsExactly(values, within(1e-12 * values[0]));
    double[] u = expected.numbers("sigma_top_vector");
    assertThat(Math.abs(Kernels.dot(u, 0, top.vectors()[0], 0, u.length)))
        .isCloseTo(1, within(1e-12));
    double[] image = new double[u.length];
    for (int i = 0; i < 12; i++) {
      // Another way to Σu, and it is λu.
      curvature.noise().apply(top.vectors()[i], image);
      double lambda = values[i];
      double[] scaled = Arrays.stream(top.vectors()[i]).map(x -> lambda * x).toArray();
      assertThat(image).containsExactly(scaled, within(1e-8 * values[0]));
    }
    assertThat(spectrum.trace())
        .isCloseTo(Arrays.stream(spectrum.eigenvalues()).sum(), within(1e-12 * values[0]));
    assertThat(curvature.noise().trace()).isCloseTo(spectrum.trace(), within(1e-12 * values[0]));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gaussNewtonHasNoNegativeEigenvalue(Mlp mlp) {
    for (int trial = 0; trial < 5; trial++) {
      double[] theta = wave(mlp.parameterCount(), 1, 1.3 + trial);
      SymmetricOperator term = Curvature.at(mlp, FEW, theta).gaussNewton();
      Eigenpairs smallest = Lanczos.top(SymmetricOperator.of(term.dense()).negated(), 1);
      assertThat(-smallest.largest()).isGreaterThan(-1e-12 * Lanczos.top(term, 1).largest());
    }
  }

  /** One linear layer: the network adds no curvature of its own. */
  @Test
  void withoutHiddenLayersTheHessianIsItsGaussNewtonTerm() {
    Mlp mlp = Mlp.linear(6, 10);
    double[] theta = wave(mlp.parameterCount(), 0.8, 1.7);
    Curvature curvature = Curvature.at(mlp, FEW, theta, 3, 3, 8);
    assertThat(curvature.hessian().dense()).isDeepEqualTo(curvature.gaussNewton().dense());
    assertThat(curvature.examples()).isEqualTo(3);
  }

  @Test
  void aBatchIsTheMeanOfItsExamples() {
    Mlp mlp = Mlp.tanh(6, 5, 10);
    double[] theta = wave(mlp.parameterCount(), 0.8, 1.7);
    double[] v = wave(mlp.parameterCount(), 1, 0.9);
    double[] mean = new double[v.length];
    double[] product = new double[v.length];
    int[] batch = new int[75]; // across tiles
    Arrays.setAll(batch, i -> (7 * i) % 40);
    for (int example : batch) {
      Curvature.at(mlp, FEW, theta, example).hessian().apply(v, product);
      for (int j = 0; j < mean.length; j++) {
        mean[j] += product[j] / batch.length;
      }
    }
    Curvature.at(mlp, FEW, theta, batch).hessian().apply(v, product);
    assertThat(product).containsExactly(mean, within(1e-13));
  }

  @Test
  void namesWhatDoesNotFit() {
    Mlp mlp = Mlp.tanh(6, 5, 10);
    double[] theta = new double[mlp.parameterCount()];
    assertThatThrownBy(() -> Curvature.at(mlp, FEW, new double[3]))
        .hasMessage("theta should have %d elements: had 3".formatted(theta.length));
    assertThatThrownBy(() -> Curvature.at(mlp, FEW, theta, new int[0]))
        .hasMessage("examples should be at least one: were none");
    assertThatThrownBy(() -> Curvature.at(Mlp.tanh(5, 5, 10), FEW, theta))
        .hasMessageContaining("5-5-10");
  }

  @Test
  void aSpectrumHasNoMoreVectorsThanItsRank() {
    Mlp mlp = Mlp.tanh(6, 5, 10);
    double[] theta = wave(mlp.parameterCount(), 0.8, 1.7);
    ExactSpectrum three = ExactSpectrum.at(Curvature.at(mlp, FEW, theta, 0, 1, 2));
    assertThat(three.top(2).values()[1]).isPositive();
    assertThatThrownBy(() -> three.top(3))
        .hasMessage("k should be at most the rank of the covariance: was 3");
  }

  private static Fixture fixture(Mlp mlp) {
    return Fixture.read(
        "curvature-fixture.txt",
        "network",
        mlp.activation() + "-" + mlp.shape() + (mlp.biases() ? "" : "-unbiased"));
  }

  private static double[] wave(int count, double size, double speed) {
    double[] x = new double[count];
    Arrays.setAll(x, p -> size * Math.sin(speed * (p + 1)));
    return x;
  }
}
