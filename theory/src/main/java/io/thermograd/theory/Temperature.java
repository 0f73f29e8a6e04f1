package io.thermograd.theory;

/**
 * Temperatures of stochastic gradient descent, in the convention dθ = −∇L dt + √(2T) dW with time
 * in units of the effective learning rate.
 *
 * <p>With per-example gradient covariance Σ, batch size B and finite-population factor c, one
 * step's gradient noise has covariance cΣ/B, and isotropic noise Σ = σ²I has T = η_eff·c·σ²/(2B).
 *
 * <p>All functions are pure and throw {@link IllegalArgumentException}, naming the argument and its
 * value, for input that is not finite or has the wrong sign.
 */
public final class Temperature {
  private Temperature() {}

  /**
   * Effective learning rate η/(1−β) of heavy-ball or Nesterov momentum β; η itself for β = 0.
   *
   * @param learningRate η ≥ 0
   * @param momentum 0 ≤ β < 1
   */
  public static double effectiveLearningRate(double learningRate, double momentum) {
    Checks.nonNegative("learning rate", learningRate);
    return learningRate / (1 - Checks.momentum(momentum));
  }

  /**
   * Finite-population factor c = (n−B)/(n−1) of a batch of B distinct examples out of n; the noise
   * of such a batch has covariance cΣ/B. 0 for a full batch.
   */
  public static double finitePopulationFactor(long datasetSize, long batchSize) {
    Checks.atLeast("dataset size", 1, datasetSize);
    if (batchSize < 1 || batchSize > datasetSize) {
      throw new IllegalArgumentException(
          "batch size should be between 1 and the dataset size "
              + datasetSize
              + ": was "
              + batchSize);
    }
    return datasetSize == 1 ? 0 : (double) (datasetSize - batchSize) / (datasetSize - 1);
  }

  /** Nominal temperature η_eff/B: what the settings alone decide. */
  public static double nominal(double effectiveLearningRate, double batchSize) {
    Checks.nonNegative("effective learning rate", effectiveLearningRate);
    Checks.positive("batch size", batchSize);
    return effectiveLearningRate / batchSize;
  }

  /**
   * Effective temperature T = η_eff·c·tr Σ/(2·B·d_eff): that of isotropic noise with the same trace
   * spread over d_eff directions.
   *
   * @param factor finite-population factor c, 1 when sampling with replacement
   * @param noiseTrace tr Σ ≥ 0, per example
   * @param effectiveDimension d_eff = (tr Σ)²/tr Σ² ≥ 1
   */
  public static double effective(
      double effectiveLearningRate,
      double factor,
      double noiseTrace,
      double batchSize,
      double effectiveDimension) {
    Checks.positive("effective dimension", effectiveDimension);
    return 2
        * thermalEnergy(effectiveLearningRate, factor, noiseTrace, batchSize)
        / effectiveDimension;
  }

  /**
   * Thermal energy E_th = ½ tr(HC) = η_eff·c·tr Σ/(4B): the loss that noise alone adds at
   * equilibrium, to leading order in η·κ.
   */
  public static double thermalEnergy(
      double effectiveLearningRate, double factor, double noiseTrace, double batchSize) {
    Checks.nonNegative("effective learning rate", effectiveLearningRate);
    Checks.nonNegative("finite-population factor", factor);
    Checks.nonNegative("noise trace", noiseTrace);
    Checks.positive("batch size", batchSize);
    return effectiveLearningRate * factor * noiseTrace / (4 * batchSize);
  }
}
