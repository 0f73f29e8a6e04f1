package io.thermograd.simulator.model;

import java.util.Arrays;
import java.util.List;

/**
 * A model whose loss sees θ only through the score z = x·θ: ℓ_i(θ) = φ_i(x_i·θ) + ½λ‖θ‖² with
 * convex φ. Everything about it is exact in float64: gradient, Hessian H = (1/n) Σ φ″x xᵀ + λI,
 * per-example covariance Σ, and the minimum. There is no separate intercept: give the data a
 * feature that is always 1. The penalty applies to every parameter.
 *
 * <p>The float32 methods of {@link Objective} round only at the end, so that it trains like a
 * network. Cost per example: d for losses and gradients, d² for matrices.
 *
 * <p>Immutable and thread-safe.
 */
public abstract sealed class LinearModel implements Objective
    permits LinearRegression, LogisticRegression {

  private final int n;
  private final int d;
  private final double[] inputs;
  private final double penalty;
  private final List<Layer> layers;

  /**
   * @param inputs row by row; kept, not copied
   * @param penalty λ ≥ 0
   */
  LinearModel(int n, int d, double[] inputs, double penalty) {
    if (n < 1) {
      throw new IllegalArgumentException("examples should be at least 1: was " + n);
    }
    if (!(penalty >= 0 && penalty < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "penalty should be finite and not negative: was " + penalty);
    }
    this.n = n;
    this.d = d;
    this.inputs = inputs;
    this.penalty = penalty;
    this.layers = List.of(new Layer("weights", 0, d, 1, false));
  }

  /** φ_i(z). */
  abstract double value(int example, double z);

  /** φ_i′(z). */
  abstract double slope(int example, double z);

  /** φ_i″(z) ≥ 0. */
  abstract double curvature(int example, double z);

  @Override
  public int examples() {
    return n;
  }

  /** d, the number of features. */
  @Override
  public int parameterCount() {
    return d;
  }

  @Override
  public List<Layer> layers() {
    return layers;
  }

  @Override
  public SymmetricOperator hessian(float[] theta) {
    double[] wide = new double[theta.length];
    for (int j = 0; j < wide.length; j++) {
      wide[j] = theta[j];
    }
    return SymmetricOperator.of(hessian(wide));
  }

  /** λ. */
  public double penalty() {
    return penalty;
  }

  /** L(θ), penalty included. */
  public double loss(double[] theta) {
    checkLength("theta", theta.length);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += value(i, score(i, theta));
    }
    return sum / n + penaltyAt(theta);
  }

  /** Writes ∇L(θ) and returns L(θ). */
  public double gradient(double[] theta, double[] gradient) {
    checkLength("theta", theta.length);
    checkLength("gradient", gradient.length);
    Arrays.fill(gradient, 0);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += accumulate(i, theta, gradient);
    }
    return finish(theta, gradient, sum, n);
  }

  /** Writes the mean gradient over {@code examples[from … to−1]} and returns their mean loss. */
  public double gradient(double[] theta, int[] examples, int from, int to, double[] gradient) {
    checkLength("theta", theta.length);
    checkLength("gradient", gradient.length);
    Arrays.fill(gradient, 0);
    if (from == to) {
      return Double.NaN;
    }
    double sum = 0;
    for (int e = from; e < to; e++) {
      sum += accumulate(examples[e], theta, gradient);
    }
    return finish(theta, gradient, sum, to - from);
  }

  /** Writes the gradient of ℓ_i and returns ℓ_i(θ). */
  public double exampleGradient(double[] theta, int example, double[] gradient) {
    checkLength("theta", theta.length);
    checkLength("gradient", gradient.length);
    Arrays.fill(gradient, 0);
    return finish(theta, gradient, accumulate(example, theta, gradient), 1);
  }

  @Override
  public double loss(float[] theta, int[] examples, int from, int to) {
    double[] wide = widen(theta);
    double sum = 0;
    for (int e = from; e < to; e++) {
      sum += value(examples[e], score(examples[e], wide));
    }
    return sum / (to - from) + penaltyAt(wide);
  }

  @Override
  public double gradient(float[] theta, int[] examples, int from, int to, float[] gradient) {
    checkLength("gradient", gradient.length);
    double[] exact = new double[d];
    double loss = gradient(widen(theta), examples, from, to, exact);
    for (int j = 0; j < d; j++) {
      gradient[j] = (float) exact[j];
    }
    return loss;
  }

  /** H(θ) = ∇²L, d × d, loss/param². */
  public double[][] hessian(double[] theta) {
    checkLength("theta", theta.length);
    double[][] hessian = new double[d][d];
    for (int i = 0; i < n; i++) {
      double weight = curvature(i, score(i, theta)) / n;
      for (int j = 0; j < d; j++) {
        double factor = weight * inputs[i * d + j];
        for (int k = 0; k <= j; k++) {
          hessian[j][k] += factor * inputs[i * d + k];
        }
      }
    }
    mirror(hessian);
    for (int j = 0; j < d; j++) {
      hessian[j][j] += penalty;
    }
    return hessian;
  }

  /** Σ(θ) = (1/n) Σ_i (g_i − G)(g_i − G)ᵀ, d × d, (loss/param)². The penalty has no part in it. */
  public double[][] noiseCovariance(double[] theta) {
    checkLength("theta", theta.length);
    double[] slopes = new double[n];
    double[] mean = new double[d];
    for (int i = 0; i < n; i++) {
      slopes[i] = slope(i, score(i, theta));
      for (int j = 0; j < d; j++) {
        mean[j] += slopes[i] * inputs[i * d + j] / n;
      }
    }
    double[][] covariance = new double[d][d];
    double[] centred = new double[d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        centred[j] = slopes[i] * inputs[i * d + j] - mean[j];
        for (int k = 0; k <= j; k++) {
          covariance[j][k] += centred[j] * centred[k] / n;
        }
      }
    }
    mirror(covariance);
    return covariance;
  }

  /**
   * The minimum of L by Newton's method with backtracking; for the squared loss the first step
   * solves the normal equations. Ends when √(gᵀH⁻¹g), the distance from the minimum in the norm of
   * H, is at most 10⁻¹²·√(2L(0)) and the scores have come to rest.
   *
   * @throws IllegalStateException when there is no isolated minimum: collinear features or, for
   *     classification, separable classes, without a penalty
   */
  public double[] optimum() {
    return Newton.minimise(this);
  }

  /** Adds the example's gradient without penalty and returns its loss without penalty. */
  private double accumulate(int example, double[] theta, double[] gradient) {
    double z = score(example, theta);
    double slope = slope(example, z);
    int row = example * d;
    for (int j = 0; j < d; j++) {
      gradient[j] += slope * inputs[row + j];
    }
    return value(example, z);
  }

  private double finish(double[] theta, double[] gradient, double lossSum, int count) {
    for (int j = 0; j < d; j++) {
      gradient[j] = gradient[j] / count + penalty * theta[j];
    }
    return lossSum / count + penaltyAt(theta);
  }

  /** x_i·θ. */
  double score(int example, double[] theta) {
    int row = example * d;
    double z = 0;
    for (int j = 0; j < d; j++) {
      z += inputs[row + j] * theta[j];
    }
    return z;
  }

  private double penaltyAt(double[] theta) {
    double squares = 0;
    for (double t : theta) {
      squares += t * t;
    }
    return 0.5 * penalty * squares;
  }

  private double[] widen(float[] theta) {
    checkLength("theta", theta.length);
    double[] wide = new double[d];
    for (int j = 0; j < d; j++) {
      wide[j] = theta[j];
    }
    return wide;
  }

  private void checkLength(String name, int length) {
    if (length != d) {
      throw new IllegalArgumentException(
          "%s should have %d elements: had %d".formatted(name, d, length));
    }
  }

  private static void mirror(double[][] lower) {
    for (int j = 0; j < lower.length; j++) {
      for (int k = 0; k < j; k++) {
        lower[k][j] = lower[j][k];
      }
    }
  }
}
