package io.thermograd.simulator.data;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;

/**
 * Examples drawn from a linear model that is known: inputs x ~ N(0, C), and targets x·θ + σε or
 * labels with P(1) = 1/(1 + e^(−x·θ)). The population's Hessian of the squared loss ½(x·θ − y)² is
 * C. Immutable and thread-safe; the seed decides the draw.
 */
public final class GaussianDesign {
  private static final long PURPOSE = 0x44455349474EL;

  private final double[] coefficients;
  private final double[][] factor; // lower triangular, C = factor·factorᵀ

  /**
   * @param covariance C, d × d, symmetric and positive definite
   * @param coefficients θ, d
   */
  public GaussianDesign(double[][] covariance, double[] coefficients) {
    int d = coefficients.length;
    for (double[] row : covariance) {
      if (covariance.length != d || row.length != d) {
        throw new IllegalArgumentException(
            "covariance should be %d x %d like the coefficients: was %d x %d"
                .formatted(d, d, covariance.length, row.length));
      }
    }
    DMatrixRMaj c = new DMatrixRMaj(covariance);
    CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(d, true);
    if (d == 0 || !cholesky.decompose(c)) {
      throw new IllegalArgumentException(
          "covariance should be positive definite: was " + Arrays.deepToString(covariance));
    }
    DMatrixRMaj lower = cholesky.getT(null);
    this.coefficients = coefficients.clone();
    this.factor = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        factor[i][j] = lower.get(i, j);
      }
    }
  }

  /** d. */
  public int dim() {
    return coefficients.length;
  }

  /** θ. */
  public double[] coefficients() {
    return coefficients.clone();
  }

  /**
   * n examples with targets x·θ + σε, ε ~ N(0, 1).
   *
   * @param noise σ ≥ 0
   */
  public RegressionData regression(int n, double noise, long seed) {
    if (!(noise >= 0 && noise < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("noise should be finite and not negative: was " + noise);
    }
    SplitMix64 random = random(n, seed);
    double[] inputs = new double[n * dim()];
    double[] targets = new double[n];
    for (int i = 0; i < n; i++) {
      targets[i] = draw(random, inputs, i * dim()) + noise * random.nextGaussian();
    }
    return new RegressionData("linear", dim(), inputs, targets);
  }

  /** n examples of the classes 0 and 1. The inputs are rounded to float32 after the labels. */
  public Dataset classification(int n, long seed) {
    SplitMix64 random = random(n, seed);
    double[] input = new double[dim()];
    float[] inputs = new float[n * dim()];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      double score = draw(random, input, 0);
      labels[i] = random.nextDouble() * (1 + StrictMath.exp(-score)) < 1 ? 1 : 0;
      for (int j = 0; j < input.length; j++) {
        inputs[i * dim() + j] = (float) input[j];
      }
    }
    return new Dataset("logistic", dim(), 2, inputs, labels);
  }

  private static SplitMix64 random(int n, long seed) {
    if (n < 0) {
      throw new IllegalArgumentException("n should be at least 0: was " + n);
    }
    return SplitMix64.stream(seed, PURPOSE);
  }

  /** Writes x = factor·ε and returns x·θ. */
  private double draw(SplitMix64 random, double[] target, int offset) {
    int d = dim();
    double[] white = new double[d];
    for (int j = 0; j < d; j++) {
      white[j] = random.nextGaussian();
    }
    double score = 0;
    for (int i = 0; i < d; i++) {
      double x = 0;
      for (int j = 0; j <= i; j++) {
        x += factor[i][j] * white[j];
      }
      target[offset + i] = x;
      score += x * coefficients[i];
    }
    return score;
  }
}
