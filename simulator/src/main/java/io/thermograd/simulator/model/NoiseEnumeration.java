package io.thermograd.simulator.model;

import java.util.Arrays;

/**
 * Computes {@link ExactNoise} by going through every example, with all sums over examples in
 * float64. What remains is the float32 rounding of each g_i, about 10⁻⁶ of its norm.
 *
 * <p>Cost for n examples: 2n gradients, and n²/2 inner products of the layers' widths (not of θ's
 * length). Memory: n² doubles and a few vectors of length P.
 *
 * <p>Not thread-safe: it uses the evaluator's work space.
 */
public final class NoiseEnumeration {
  private final Evaluator evaluator;

  public NoiseEnumeration(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  /** All moments at θ. The data set must not be empty. */
  public ExactNoise at(float[] theta) {
    int n = evaluator.data().size();
    if (n == 0) {
      throw new IllegalArgumentException("data set should have examples: had none");
    }
    double[] mean = new double[theta.length];
    double loss = fullGradient(theta, mean);
    double squares = 0;
    float[] gradient = new float[theta.length];
    for (int i = 0; i < n; i++) {
      evaluator.exampleGradient(theta, i, gradient);
      for (int p = 0; p < mean.length; p++) {
        double d = gradient[p] - mean[p];
        squares += d * d;
      }
    }
    double sqnorm = 0;
    for (double g : mean) {
      sqnorm += g * g;
    }
    return new ExactNoise(
        n, loss, sqnorm, squares / n, GradientGram.at(evaluator, theta).traceOfSquare());
  }

  /** Writes G in float64 and returns the mean loss. */
  public double fullGradient(float[] theta, double[] mean) {
    int n = evaluator.data().size();
    Arrays.fill(mean, 0);
    float[] gradient = new float[theta.length];
    double loss = 0;
    for (int i = 0; i < n; i++) {
      loss += evaluator.exampleGradient(theta, i, gradient);
      for (int p = 0; p < mean.length; p++) {
        mean[p] += gradient[p];
      }
    }
    for (int p = 0; p < mean.length; p++) {
      mean[p] /= n;
    }
    return loss / n;
  }
}
