package io.thermograd.simulator.noise;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.Gaussians;
import java.util.Arrays;

/**
 * The loss of n known examples, f(x) = (1/n) Σ_i ½ Σ_j κ_ij (x_j − c_ij)², which brings its
 * mini-batch noise along: a batch's gradient minus the full one. Where all κ_i agree, the examples
 * are linear tilts of one bowl and Σ is constant; otherwise it depends on the place. Immutable and
 * thread-safe.
 */
public final class FiniteSum implements Landscape {
  private final double[][] curvatures;
  private final double[][] centres;
  private final double[] meanCurvature;

  /** (1/n) Σ κ_ij c_ij, so that ∇_j f = κ̄_j x_j − pull_j. */
  private final double[] pull;

  /**
   * The examples.
   *
   * @param curvatures κ, n × d, finite
   * @param centres c, n × d, finite
   */
  public FiniteSum(double[][] curvatures, double[][] centres) {
    int n = curvatures.length;
    if (n < 2 || centres.length != n) {
      throw new IllegalArgumentException(
          "curvatures and centres should have the same number of examples, at least 2: had %d and %d"
              .formatted(n, centres.length));
    }
    int d = Arguments.dimension(curvatures[0].length);
    this.curvatures = copy("curvatures", curvatures, d);
    this.centres = copy("centres", centres, d);
    this.meanCurvature = new double[d];
    this.pull = new double[d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        meanCurvature[j] += curvatures[i][j] / n;
        pull[j] += curvatures[i][j] * centres[i][j] / n;
      }
    }
  }

  private static double[][] copy(String name, double[][] rows, int d) {
    double[][] copy = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != d || !Arrays.stream(rows[i]).allMatch(Double::isFinite)) {
        throw new IllegalArgumentException(
            "%s should have %d finite values an example: was %s at %d"
                .formatted(name, d, Arrays.toString(rows[i]), i));
      }
      copy[i] = rows[i].clone();
    }
    return copy;
  }

  /** n. */
  public int examples() {
    return curvatures.length;
  }

  /** Noise of batches drawn with replacement: covariance Σ(x)/B. The batch size is an integer. */
  public NoiseModel withReplacement() {
    return new BatchNoise(false);
  }

  /**
   * Noise of batches of B ≤ n different examples: covariance cΣ(x)/B with c = (n−B)/(n−1), none at
   * B = n. {@link NoiseModel#covariance} gives Σ without c.
   */
  public NoiseModel withoutReplacement() {
    return new BatchNoise(true);
  }

  @Override
  public String name() {
    return "finite-sum";
  }

  @Override
  public int dim() {
    return meanCurvature.length;
  }

  @Override
  public double value(double[] x) {
    double sum = 0;
    for (int i = 0; i < curvatures.length; i++) {
      for (int j = 0; j < x.length; j++) {
        double off = x[j] - centres[i][j];
        sum += 0.5 * curvatures[i][j] * off * off;
      }
    }
    return sum / curvatures.length;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    gradients(x, 1, gradient);
  }

  @Override
  public void gradients(double[] x, int replicas, double[] gradients) {
    for (int j = 0; j < pull.length; j++) {
      for (int k = j * replicas; k < (j + 1) * replicas; k++) {
        gradients[k] = meanCurvature[j] * x[k] - pull[j];
      }
    }
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    for (int j = 0; j < pull.length; j++) {
      Arrays.fill(hessian[j], 0);
      hessian[j][j] = meanCurvature[j];
    }
  }

  private final class BatchNoise implements NoiseModel {
    private final boolean distinct;

    BatchNoise(boolean distinct) {
      this.distinct = distinct;
    }

    @Override
    public int dim() {
      return pull.length;
    }

    @Override
    public void add(
        double[] x, int replicas, double[] gradients, double batchSize, Gaussians random) {
      int n = curvatures.length;
      int batch = (int) batchSize;
      if (batch != batchSize || batch < 1 || (distinct && batch > n)) {
        throw new IllegalArgumentException(
            "batch size should be an integer from 1%s: was %s"
                .formatted(distinct ? " to " + n : "", batchSize));
      }
      int[] order = new int[n];
      Arrays.setAll(order, i -> i);
      for (int r = 0; r < replicas; r++) {
        for (int b = 0; b < batch; b++) {
          int at = distinct ? b + pick(n - b, random) : pick(n, random);
          int example = order[at];
          if (distinct) {
            order[at] = order[b];
            order[b] = example;
          }
          for (int j = 0; j < pull.length; j++) {
            gradients[j * replicas + r] += deviation(example, j, x[j * replicas + r]) / batch;
          }
        }
      }
    }

    @Override
    public void covariance(double[] x, double[][] covariance) {
      for (double[] row : covariance) {
        Arrays.fill(row, 0);
      }
      int n = curvatures.length;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < x.length; j++) {
          for (int k = 0; k < x.length; k++) {
            covariance[j][k] += deviation(i, j, x[j]) * deviation(i, k, x[k]) / n;
          }
        }
      }
    }

    /** ∇_j ℓ_i − ∇_j f. */
    private double deviation(int i, int j, double x) {
      return curvatures[i][j] * (x - centres[i][j]) - (meanCurvature[j] * x - pull[j]);
    }
  }

  private static int pick(int bound, Gaussians random) {
    return (int) (random.nextUniform() * bound); // biased by 2⁻⁵³·bound at most
  }
}
