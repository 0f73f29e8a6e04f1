package io.thermograd.simulator.scenario;

/**
 * Mean and covariance of SGD's parameters on ½ Σ κ_i θ_i² under noise of constant covariance Σ/B,
 * step by step and exactly: with r_i = 1 − ηκ_i, the mean is multiplied by r_i, and C_ij becomes
 * r_i r_j C_ij + η²Σ_ij/B. Whatever the shape of the noise. Not thread-safe.
 */
final class QuadraticLaw {
  private final double[] curvatures;
  private final double[][] sigma;
  private final double[] mean;
  private final double[][] covariance;

  /**
   * @param curvatures κ
   * @param sigma Σ, per example
   * @param start θ of step 0
   */
  QuadraticLaw(double[] curvatures, double[][] sigma, double[] start) {
    this.curvatures = curvatures;
    this.sigma = sigma;
    this.mean = start.clone();
    this.covariance = new double[start.length][start.length];
  }

  /** One step with learning rate η and batch size B. */
  void step(double eta, double batchSize) {
    for (int i = 0; i < mean.length; i++) {
      double ri = 1 - eta * curvatures[i];
      mean[i] *= ri;
      for (int j = 0; j < mean.length; j++) {
        double rj = 1 - eta * curvatures[j];
        covariance[i][j] = ri * rj * covariance[i][j] + eta * eta * sigma[i][j] / batchSize;
      }
    }
  }

  /** E L = ½ Σ κ_i (mean_i² + C_ii). */
  double expectedLoss() {
    double sum = 0;
    for (int i = 0; i < mean.length; i++) {
      sum += 0.5 * curvatures[i] * (mean[i] * mean[i] + covariance[i][i]);
    }
    return sum;
  }
}
