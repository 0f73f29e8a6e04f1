package io.thermograd.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanczosTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void findsAKnownSpectrumInARandomBasis(long seed) {
    int p = 60;
    double[] spectrum = new double[p];
    Arrays.setAll(spectrum, j -> 10 * Math.pow(0.8, j) - 0.5);
    SymmetricOperator operator = rotated(spectrum, seed);
    Eigenpairs top = Lanczos.top(operator, 6);
    for (int i = 0; i < 6; i++) {
      assertThat(top.values()[i]).isCloseTo(spectrum[i], within(1e-8));
      double[] u = top.vectors()[i];
      double[] image = new double[p];
      operator.apply(u, image);
      Kernels.axpy(-top.values()[i], u, 0, image, 0, p);
      double residual = Math.sqrt(Kernels.dot(image, 0, image, 0, p));
      assertThat(residual).isCloseTo(top.residuals()[i], within(1e-12));
      assertThat(Kernels.dot(u, 0, u, 0, p)).isCloseTo(1, within(1e-12));
    }
    assertThat(-Lanczos.top(operator.negated(), 1).largest())
        .isCloseTo(spectrum[p - 1], within(1e-8));
    double trace = Arrays.stream(spectrum).sum();
    assertThat(operator.trace()).isCloseTo(trace, within(1e-11));
  }

  @Test
  void statesTheErrorThatItStoppedWith() {
    double[] spectrum = new double[200];
    Arrays.setAll(spectrum, j -> 1 - j / 200.0);
    Eigenpairs top = Lanczos.top(rotated(spectrum, 3), 1, 1e-12, 15);
    assertThat(top.residuals()[0]).isGreaterThan(1e-3);
    double nearest =
        Arrays.stream(spectrum).map(x -> Math.abs(x - top.largest())).min().orElseThrow();
    assertThat(nearest).isLessThanOrEqualTo(top.residuals()[0]);
  }

  @Test
  void findsEverythingOfSmallAndDegenerateOperators() {
    double[] diagonal = {2, 2, 2, -1, 0};
    SymmetricOperator operator = SymmetricOperator.of(diagonal(diagonal));
    assertThat(Lanczos.top(operator, 5).values())
        .containsExactly(new double[] {2, 2, 2, 0, -1}, within(1e-12));
    assertThat(Lanczos.top(SymmetricOperator.of(new double[3][3]), 2).values())
        .containsExactly(0, 0);
  }

  @Test
  void refusesWhatHasNoEigenvalues() {
    SymmetricOperator broken = SymmetricOperator.of(diagonal(new double[] {1, Double.NaN}));
    assertThatThrownBy(() -> Lanczos.top(broken, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("finite");
    assertThatThrownBy(() -> Lanczos.top(broken, 3)).hasMessage("k should be in 1..2: was 3");
  }

  private static double[][] diagonal(double[] values) {
    double[][] matrix = new double[values.length][values.length];
    for (int j = 0; j < values.length; j++) {
      matrix[j][j] = values[j];
    }
    return matrix;
  }

  /** Q·diag·Qᵀ with Q a product of random reflections. */
  private static SymmetricOperator rotated(double[] spectrum, long seed) {
    int p = spectrum.length;
    double[][] matrix = diagonal(spectrum);
    SplitMix64 random = new SplitMix64(seed);
    for (int r = 0; r < 3; r++) {
      double[] w = new double[p];
      Arrays.setAll(w, j -> random.nextGaussian());
      double factor = 2 / Kernels.dot(w, 0, w, 0, p);
      for (double[] row : matrix) {
        Kernels.axpy(-factor * Kernels.dot(row, 0, w, 0, p), w, 0, row, 0, p);
      }
      double[] column = new double[p];
      for (int j = 0; j < p; j++) {
        Kernels.axpy(w[j], matrix[j], 0, column, 0, p);
      }
      for (int j = 0; j < p; j++) {
        Kernels.axpy(-factor * w[j], column, 0, matrix[j], 0, p);
      }
    }
    return SymmetricOperator.of(matrix);
  }
}
