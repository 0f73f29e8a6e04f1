package io.thermograd.theory;

/**
 * Temperatures of stochastic gradient descent, in the convention dθ = −∇L dt + √(2T) dW with time
 * in units of the effective learning rate.
 *
 * <p>With per-example gradient covariance Σ, batch size B and finite-population factor c, one
 * step's gradient noise has covariance cΣ/B, and isotropic noise Σ = σ²I has T = η_eff·c·σ²/(2B).
 * The temperature is a loss: noise adds T/2 of it in every direction.
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

  /**
   * T = η_eff·c·σ²/(2B) of isotropic noise Σ = σ²I, in the limit of small η.
   *
   * @param noiseVariance σ² ≥ 0, per example and direction
   */
  public static double isotropic(
      double effectiveLearningRate, double factor, double noiseVariance, double batchSize) {
    return effective(effectiveLearningRate, factor, noiseVariance, batchSize, 1);
  }

  /**
   * T_i = κ_i·Var(θ·u_i) = ησ_i²(1+β)/((1−β)(2(1+β) − ηκ_i)) of one eigendirection of a quadratic
   * under heavy ball, exact for any stable η; β = 0 gives SGD's ησ_i²/(2 − ηκ_i), and ηκ → 0 the
   * isotropic η_eff·σ_i²/2. Loss.
   *
   * <p>Source: QUANTITIES.md, section 3.
   *
   * @param noiseVariance σ_i² ≥ 0, of one update's gradient in this direction: c·Σ_ii/B
   * @param curvature κ_i ≥ 0, with ηκ_i below the stability limit 2(1+β)
   */
  public static double directional(
      double learningRate, double momentum, double noiseVariance, double curvature) {
    Checks.nonNegative("learning rate", learningRate);
    Checks.momentum(momentum);
    Checks.nonNegative("noise variance", noiseVariance);
    Checks.nonNegative("curvature", curvature);
    StabilityLimit.requireStable(StabilityLimit.heavyBall(learningRate, momentum, curvature));
    return learningRate
        * noiseVariance
        * (1 + momentum)
        / ((1 - momentum) * (2 * (1 + momentum) - learningRate * curvature));
  }

  /**
   * Directional temperature of stochastic gradient Langevin dynamics, θ ← θ − ηg + √(2ηT₀)·N(0, I):
   * (2T₀ + ησ²)/(2 − ηκ). The gradient's own noise heats beyond T₀, and so does the step size.
   *
   * <p>Source: M. Welling and Y. W. Teh, ICML 2011, for the algorithm; the variance is that of the
   * linear recursion.
   *
   * @param injected T₀ ≥ 0
   * @param noiseVariance σ² ≥ 0, of one update's gradient in this direction
   */
  public static double sgld(
      double injected, double learningRate, double noiseVariance, double curvature) {
    Checks.nonNegative("injected temperature", injected);
    Checks.nonNegative("learning rate", learningRate);
    Checks.nonNegative("noise variance", noiseVariance);
    Checks.nonNegative("curvature", curvature);
    StabilityLimit.requireStable(StabilityLimit.sgd(learningRate, curvature));
    return (2 * injected + learningRate * noiseVariance) / (2 - learningRate * curvature);
  }

  /**
   * Thermal energy of a quadratic under heavy ball, exact: ½ Σ_i κ_i·C_ii = ½ Σ_i T_i.
   *
   * @param noiseVariances c·Σ_ii/B in the Hessian's eigenbasis
   * @param curvatures κ_i ≥ 0
   */
  public static double thermalEnergy(
      double learningRate, double momentum, double[] noiseVariances, double[] curvatures) {
    Checks.length("noise variances", noiseVariances, curvatures.length);
    double sum = 0;
    for (int i = 0; i < curvatures.length; i++) {
      sum += directional(learningRate, momentum, noiseVariances[i], curvatures[i]);
    }
    return sum / 2;
  }

  /** The η at which isotropic noise has the wanted temperature: η = 2BT(1−β)/(cσ²). */
  public static double learningRateFor(
      double temperature, double momentum, double factor, double noiseVariance, double batchSize) {
    Checks.nonNegative("temperature", temperature);
    Checks.momentum(momentum);
    Checks.positive("finite-population factor", factor);
    Checks.positive("noise variance", noiseVariance);
    Checks.positive("batch size", batchSize);
    return 2 * batchSize * temperature * (1 - momentum) / (factor * noiseVariance);
  }

  /**
   * The B at which isotropic noise has the wanted temperature, as a real number: B = η_eff·σ²/(2T)
   * when examples are drawn with replacement.
   */
  public static double batchSizeFor(
      double temperature, double effectiveLearningRate, double noiseVariance) {
    Checks.positive("temperature", temperature);
    Checks.nonNegative("effective learning rate", effectiveLearningRate);
    Checks.nonNegative("noise variance", noiseVariance);
    return effectiveLearningRate * noiseVariance / (2 * temperature);
  }

  /**
   * The same for batches of distinct examples out of n, where c depends on B: with r the B of
   * independent draws, B = rn/(n−1+r), which never exceeds n.
   */
  public static double batchSizeFor(
      double temperature, double effectiveLearningRate, double noiseVariance, long datasetSize) {
    Checks.atLeast("dataset size", 2, datasetSize);
    // B/c = r with c = (n−B)/(n−1), solved for B.
    double independent = batchSizeFor(temperature, effectiveLearningRate, noiseVariance);
    return independent * datasetSize / (datasetSize - 1 + independent);
  }
}
