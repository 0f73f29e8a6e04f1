package io.thermograd.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.data.BreastCancer;
import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.GaussianDesign;
import io.thermograd.simulator.data.RegressionData;
import io.thermograd.simulator.data.Wine;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against scikit-learn, numpy and torch (src/test/python/linear_fixture.py), and definitions. */
class LinearModelTest {

  @ParameterizedTest
  @ValueSource(strings = {"logistic-4", "logistic-31", "least-squares"})
  void minimumHessianAndCovarianceAgreeWithPython(String name) {
    Fixture expected = Fixture.read("linear-fixture.txt", "case", name);
    LinearModel model = model(name, expected.number("penalty"));
    double[] optimum = expected.numbers("optimum");
    double[] found = model.optimum();
    // Gradients there: numpy's and scikit-learn's solutions are not exact either; they are compared
    // by the Hessian's norm, in which 10⁻⁷ of a loss of order 1 is 10⁻¹⁴.
    double[] gradient = new double[optimum.length];
    assertThat(model.gradient(found, gradient)).isCloseTo(expected.number("loss"), within(1e-12));
    for (double g : gradient) {
      assertThat(g).isCloseTo(0, within(1e-12));
    }
    for (int j = 0; j < optimum.length; j++) {
      assertThat(found[j]).isCloseTo(optimum[j], within(1e-6));
    }
    assertThat(flat(model.hessian(optimum)))
        .containsExactly(expected.numbers("hessian"), within(1e-11));
    assertThat(flat(model.noiseCovariance(optimum)))
        .containsExactly(expected.numbers("sigma"), within(1e-11));
  }

  @ParameterizedTest
  @ValueSource(strings = {"logistic-31", "least-squares"})
  void derivativesAreLimitsOfCentralDifferences(String name) {
    LinearModel model = model(name, 0.3);
    int d = model.parameterCount();
    double[] theta = new double[d];
    Arrays.setAll(theta, j -> 0.3 * Math.sin(1.7 * (j + 1)));
    double[] gradient = new double[d];
    double[] up = new double[d];
    double[] down = new double[d];
    double[] example = new double[d];
    double[] mean = new double[d];
    model.gradient(theta, gradient);
    double[][] hessian = model.hessian(theta);
    for (int i = 0; i < model.examples(); i++) {
      model.exampleGradient(theta, i, example);
      for (int j = 0; j < d; j++) {
        mean[j] += example[j] / model.examples();
      }
    }
    assertThat(mean).containsExactly(gradient, within(1e-13));
    double h = 1e-5;
    for (int j = 0; j < d; j++) {
      double kept = theta[j];
      theta[j] = kept + h;
      double lossUp = model.gradient(theta, up);
      theta[j] = kept - h;
      double lossDown = model.gradient(theta, down);
      theta[j] = kept;
      // Cancellation 10⁻¹⁶·L/h with L < 100, truncation h²·third derivative.
      assertThat(gradient[j]).isCloseTo((lossUp - lossDown) / (2 * h), within(1e-8));
      for (int k = 0; k < d; k++) {
        assertThat(hessian[j][k]).isCloseTo((up[k] - down[k]) / (2 * h), within(1e-8));
      }
    }
  }

  @Test
  void trainsInFloatAsItIsInDouble() {
    LinearModel model = model("logistic-31", 0.01);
    float[] theta = new float[31];
    Arrays.fill(theta, 0.1f);
    double[] wide = new double[31];
    Arrays.fill(wide, 0.1f);
    int[] batch = {5, 7, 7, 500, 3};
    float[] gradient = new float[31];
    double[] exact = new double[31];
    double loss = model.gradient(wide, batch, 1, 5, exact);
    assertThat(model.gradient(theta, batch, 1, 5, gradient)).isEqualTo(loss);
    assertThat(model.loss(theta, batch, 1, 5)).isEqualTo(loss);
    for (int j = 0; j < 31; j++) {
      assertThat(gradient[j]).isEqualTo((float) exact[j]);
    }
    assertThat(model.gradient(theta, batch, 2, 2, gradient)).isNaN();
  }

  @Test
  void populationIsTheLimitOfLargeSamples() {
    double[][] c = {{2, 0.5}, {0.5, 1}};
    GaussianDesign design = new GaussianDesign(c, new double[] {1, -2});
    int n = 40_000;
    LinearRegression model = new LinearRegression(design.regression(n, 0.5, 3), 0);
    double[] optimum = model.optimum();
    // sd of each coefficient: 0.5·√((C⁻¹)_jj/n) ≤ 0.5·√(1.15/40000) = 0.0027; 4.5 of them.
    assertThat(optimum[0]).isCloseTo(1, within(0.012));
    assertThat(optimum[1]).isCloseTo(-2, within(0.012));
    // At the minimum the residual is independent noise: Σ = σ²C. Relative sd of a variance of
    // products of Gaussians ≤ √(9·... /n): (E x⁴ε⁴ = 9 C²σ⁴) √(8/40000) = 1.4 %; 4.5 of them.
    double[][] sigma = model.noiseCovariance(optimum);
    assertThat(sigma[0][0]).isCloseTo(0.25 * 2, within(0.064 * 0.5));
    assertThat(sigma[1][1]).isCloseTo(0.25 * 1, within(0.064 * 0.25));
    // Well specified logistic regression: Σ = H at the truth (information equality).
    LogisticRegression logistic = new LogisticRegression(design.classification(n, 4), 0);
    double[] truth = design.coefficients();
    double[][] h = logistic.hessian(truth);
    double[][] s = logistic.noiseCovariance(truth);
    for (int j = 0; j < 2; j++) {
      for (int k = 0; k < 2; k++) {
        assertThat(s[j][k]).isCloseTo(h[j][k], within(0.1 * Math.sqrt(h[j][j] * h[k][k])));
      }
    }
  }

  @Test
  void saysWhyThereIsNoMinimum() {
    Dataset separable = new Dataset("x", 1, 2, new float[] {-2, -1, 1, 3}, new int[] {0, 0, 1, 1});
    assertThatThrownBy(() -> new LogisticRegression(separable, 0).optimum())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("separable");
    assertThat(new LogisticRegression(separable, 0.1).optimum()[0]).isPositive();
    RegressionData collinear =
        new RegressionData("x", 2, new double[] {1, 2, 2, 4, 3, 6}, new double[] {1, 2, 4});
    assertThatThrownBy(() -> new LinearRegression(collinear, 0).optimum())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("collinear");
  }

  @Test
  void namesBadArguments() {
    assertThatThrownBy(() -> new LogisticRegression(Wine.load(), 0))
        .hasMessage("classes should be 2 for logistic regression: was 3");
    assertThatThrownBy(() -> new LogisticRegression(BreastCancer.load(), -1))
        .hasMessage("penalty should be finite and not negative: was -1.0");
    assertThatThrownBy(() -> new LogisticRegression(BreastCancer.load(), 0).loss(new double[3]))
        .hasMessage("theta should have 30 elements: had 3");
  }

  private static LinearModel model(String name, double penalty) {
    return switch (name) {
      case "logistic-4" ->
          new LogisticRegression(
              BreastCancer.load().standardised().features(0, 4).withBias(), penalty);
      case "logistic-31" ->
          new LogisticRegression(BreastCancer.load().standardised().withBias(), penalty);
      default -> new LinearRegression(proline(), penalty);
    };
  }

  /** The last feature of the wines from the others. */
  private static RegressionData proline() {
    Dataset wine = Wine.load().standardised();
    double[] inputs = new double[wine.size() * 12];
    double[] targets = new double[wine.size()];
    float[] row = new float[13];
    for (int i = 0; i < wine.size(); i++) {
      wine.copyInput(i, row, 0);
      for (int j = 0; j < 12; j++) {
        inputs[i * 12 + j] = row[j];
      }
      targets[i] = row[12];
    }
    return new RegressionData("proline", 12, inputs, targets).withBias();
  }

  private static double[] flat(double[][] matrix) {
    return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
  }
}
