package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ChecksTest {

  @Test
  void returnsWhatIsGood() {
    assertThat(Checks.finite("x", -3)).isEqualTo(-3);
    assertThat(Checks.positive("x", Double.MIN_VALUE)).isEqualTo(Double.MIN_VALUE);
    assertThat(Checks.nonNegative("x", 0)).isZero();
    assertThat(Checks.within("x", 0, 1, 0)).isZero();
    assertThat(Checks.atLeast("n", 2, 2)).isEqualTo(2);
    assertThat(Checks.symmetric("m", new double[][] {{1, 2}, {2, 1}})).isEqualTo(2);
  }

  @Test
  void namesTheArgumentAndItsValue() {
    refused(() -> Checks.finite("x", Double.NaN), "x should be finite: was NaN");
    refused(() -> Checks.positive("x", 0), "x should be finite and positive: was 0.0");
    refused(() -> Checks.positive("x", Double.POSITIVE_INFINITY), "was Infinity");
    refused(() -> Checks.nonNegative("x", -1), "x should be finite and not negative: was -1.0");
    refused(() -> Checks.within("x", 0, 1, 1), "x should be in [0.0, 1.0): was 1.0");
    refused(() -> Checks.inside("x", 0, 1, 0), "x should be in (0.0, 1.0): was 0.0");
    refused(() -> Checks.atLeast("n", 2, 1), "n should be at least 2: was 1");
    refused(() -> Checks.length("x", new double[2], 3), "x should have 3 elements: had 2");
    refused(() -> Checks.positive("x", new double[] {1, -1}), "x[1]", "was -1.0");
    refused(() -> Checks.finite("x", new double[] {1, Double.NaN}), "x[1]", "was NaN");
  }

  @Test
  void namesWhatIsWrongWithAMatrix() {
    refused(() -> Checks.square("m", new double[0][]), "m should have rows");
    refused(() -> Checks.square("m", new double[][] {{1, 2}, {3}}), "row 1 of 2 had 1");
    refused(() -> Checks.square("m", new double[][] {{1, Double.NaN}, {3, 4}}), "m[0][1]", "NaN");
    refused(() -> Checks.symmetric("m", new double[][] {{1, 2}, {3, 4}}), "symmetric", "3.0");
    refused(
        () -> Checks.positiveDefinite("m", new double[][] {{1, 2}, {2, 1}}),
        "m should be positive definite: its smallest eigenvalue was -");
    refused(() -> Checks.positiveDefinite("m", new double[][] {{1, 1}, {1, 1}}), "definite");
    refused(() -> Checks.positiveSemidefinite("m", new double[][] {{1, 2}, {2, 1}}), "was -");
  }

  @Test
  void forgivesRounding() {
    assertThatCode(() -> Checks.symmetric("m", new double[][] {{1, 0.1 + 0.2}, {0.3, 1}}))
        .doesNotThrowAnyException();
    assertThatCode(() -> Checks.positiveSemidefinite("m", new double[][] {{1, 1}, {1, 1}}))
        .doesNotThrowAnyException();
  }

  @Test
  void eigensystemRebuildsTheMatrix() {
    double[][] m = {{4, 1, 0}, {1, 3, -2}, {0, -2, 5}};
    SymmetricEigen eigen = SymmetricEigen.of("m", m);
    double[][] diagonal = eigen.toBasis(m);
    double[][] back = eigen.fromBasis(diagonal);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        assertThat(diagonal[i][j]).isCloseTo(i == j ? eigen.value(i) : 0, within(1e-14));
        assertThat(back[i][j]).isCloseTo(m[i][j], within(1e-14));
      }
    }
    assertThat(eigen.values()).isSorted();
    // det = 4·(15 − 4) − 1·5 = 39.
    assertThat(eigen.logDeterminant()).isCloseTo(Math.log(39), within(1e-14));
  }

  private static void refused(Runnable call, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
