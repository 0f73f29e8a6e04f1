package io.thermograd.simulator.landscape;

import java.util.Arrays;

/**
 * f(x) = −T log Σ_j p_j N(x; c_j, s_j²I), so that Gibbs' law at temperature T is exactly the
 * mixture of Gaussians with weights p_j.
 */
public final class GaussianMixture implements Landscape {
  private final double temperature;
  private final double[][] centres;
  private final double[] logScales;
  private final double[] widths;

  /**
   * @param temperature T > 0
   * @param weights p_j > 0; divided by their sum
   * @param centres c_j, one row for each component
   * @param widths s_j > 0, the standard deviation along each coordinate
   */
  public GaussianMixture(
      double temperature, double[] weights, double[][] centres, double[] widths) {
    this.temperature = Checks.positive("temperature", temperature);
    double[] p = Checks.positives("weights", weights);
    this.widths = Checks.positives("widths", widths);
    if (centres.length != p.length || widths.length != p.length) {
      throw new IllegalArgumentException(
          "centres, weights and widths should be as many: were %d, %d and %d"
              .formatted(centres.length, p.length, widths.length));
    }
    int d = centres[0].length;
    double total = Arrays.stream(p).sum();
    this.centres = new double[p.length][];
    this.logScales = new double[p.length];
    for (int j = 0; j < p.length; j++) {
      this.centres[j] = Checks.vector("centres[" + j + "]", centres[j], d);
      // log of p_j (2π s_j²)^(−d/2)
      logScales[j] =
          StrictMath.log(p[j] / total)
              - 0.5 * d * StrictMath.log(2 * Math.PI * widths[j] * widths[j]);
    }
  }

  /** Two equal components on a line at ±separation/2. */
  public static GaussianMixture pair(double temperature, double separation, double width) {
    Checks.positive("separation", separation);
    return new GaussianMixture(
        temperature,
        new double[] {1, 1},
        new double[][] {{-separation / 2}, {separation / 2}},
        new double[] {width, width});
  }

  @Override
  public String name() {
    return "gaussian-mixture";
  }

  @Override
  public int dim() {
    return centres[0].length;
  }

  @Override
  public double value(double[] x) {
    double[] log = logTerms(x);
    double top = Arrays.stream(log).max().orElseThrow();
    double sum = 0;
    for (double term : log) {
      sum += StrictMath.exp(term - top);
    }
    return -temperature * (top + StrictMath.log(sum));
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    double[] share = shares(x);
    Arrays.fill(gradient, 0);
    for (int j = 0; j < share.length; j++) {
      double k = temperature * share[j] / (widths[j] * widths[j]);
      for (int i = 0; i < x.length; i++) {
        gradient[i] += k * (x[i] - centres[j][i]);
      }
    }
  }

  /** T (Σ_j q_j (I/s_j² − u_j u_jᵀ) + ūūᵀ), u_j = (x − c_j)/s_j², q_j the shares, ū = Σ q_j u_j. */
  @Override
  public void hessian(double[] x, double[][] hessian) {
    double[] share = shares(x);
    double[] mean = new double[x.length];
    gradient(x, mean);
    Vectors.scale(1 / temperature, mean);
    for (int i = 0; i < x.length; i++) {
      for (int k = 0; k < x.length; k++) {
        hessian[i][k] = mean[i] * mean[k];
      }
    }
    for (int j = 0; j < share.length; j++) {
      double w2 = widths[j] * widths[j];
      for (int i = 0; i < x.length; i++) {
        hessian[i][i] += share[j] / w2;
        for (int k = 0; k < x.length; k++) {
          hessian[i][k] -= share[j] * ((x[i] - centres[j][i]) * (x[k] - centres[j][k])) / (w2 * w2);
        }
      }
    }
    for (double[] row : hessian) {
      Vectors.scale(temperature, row);
    }
  }

  /** q_j: how likely x came from component j. */
  private double[] shares(double[] x) {
    double[] share = logTerms(x);
    double top = Arrays.stream(share).max().orElseThrow();
    double sum = 0;
    for (int j = 0; j < share.length; j++) {
      share[j] = StrictMath.exp(share[j] - top);
      sum += share[j];
    }
    Vectors.scale(1 / sum, share);
    return share;
  }

  private double[] logTerms(double[] x) {
    double[] log = logScales.clone();
    for (int j = 0; j < log.length; j++) {
      double square = 0;
      for (int i = 0; i < x.length; i++) {
        double u = x[i] - centres[j][i];
        square += u * u;
      }
      log[j] -= 0.5 * square / (widths[j] * widths[j]);
    }
    return log;
  }
}
