package io.thermograd.simulator.model;

/**
 * The gradient noise at one θ, enumerated over all n examples: what estimators are measured
 * against. g_i is the gradient of example i's loss, G their mean, Σ = (1/n) Σ_i (g_i − G)(g_i −
 * G)ᵀ.
 *
 * @param examples n
 * @param loss mean loss L(θ)
 * @param gradientSqnorm ‖G‖², (loss/param)²
 * @param noiseTrace tr Σ = (1/n) Σ_i ‖g_i − G‖², (loss/param)²
 * @param noiseTraceOfSquare tr Σ² = ‖Σ‖²_F, (loss/param)⁴
 */
public record ExactNoise(
    int examples,
    double loss,
    double gradientSqnorm,
    double noiseTrace,
    double noiseTraceOfSquare) {

  /** tr Σ/‖G‖², examples; infinite where G vanishes. */
  public double noiseScale() {
    return noiseTrace / gradientSqnorm;
  }

  /** (tr Σ)²/tr Σ², directions; NaN without any noise. */
  public double effectiveDimension() {
    return noiseTrace * noiseTrace / noiseTraceOfSquare;
  }

  /**
   * E‖ḡ − G‖² for the mean gradient ḡ of a mini-batch: c·tr Σ/B with c = 1 when it is drawn with
   * replacement and (n − B)/(n − 1) when its examples are distinct.
   */
  public double batchVariance(int batchSize, boolean distinct) {
    double c = distinct ? (double) (examples - batchSize) / (examples - 1) : 1;
    return c * noiseTrace / batchSize;
  }
}
