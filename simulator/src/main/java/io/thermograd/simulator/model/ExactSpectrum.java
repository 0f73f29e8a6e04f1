package io.thermograd.simulator.model;

/**
 * Eigenvalues and eigenvectors of the per-example covariance Σ = (1/n) Σ_i (g_i − G)(g_i − G)ᵀ at
 * one θ, in (loss/param)², without a P × P matrix: a unit eigenvector a of K/n (K the centred
 * {@link GradientGram}) with eigenvalue λ lifts to the eigenvector Σ_i a_i (g_i − G)/√(nλ) of Σ
 * with the same λ, and these are all that are not 0.
 *
 * <p>Cost: n²/2 inner products of the layers' widths to prepare; n² doubles. Immutable and
 * thread-safe.
 */
public final class ExactSpectrum {
  // Below it an eigenvalue is rounding, and its vector has no direction.
  private static final double RANK = 1e-12;

  private final Linearisation at;
  private final GradientGram gram;

  private ExactSpectrum(Linearisation at) {
    this.at = at;
    this.gram = GradientGram.at(at);
  }

  /** On the examples that the curvature was taken on. */
  public static ExactSpectrum at(Curvature curvature) {
    return new ExactSpectrum(curvature.linearisation());
  }

  /** tr Σ. */
  public double trace() {
    return gram.trace();
  }

  /** tr Σ² = ‖Σ‖²_F. */
  public double traceOfSquare() {
    return gram.traceOfSquare();
  }

  /** The n largest eigenvalues, n the number of examples: with P &lt; n the rest are zeros. */
  public double[] eigenvalues() {
    return Eigenpairs.values(gram.covariance());
  }

  /**
   * The k largest eigenvalues with their eigenvectors in parameter space. Some tens of products
   * with the n × n matrix, and k·n·P operations for the vectors.
   *
   * @param k at most the rank of Σ
   */
  public Eigenpairs top(int k) {
    Eigenpairs small = Lanczos.top(SymmetricOperator.of(gram.covariance()), k);
    if (!(small.values()[k - 1] > RANK * small.largest())) {
      throw new IllegalArgumentException(
          "k should be at most the rank of the covariance: was " + k);
    }
    double[][] vectors = new double[k][at.theta.length];
    double[] residuals = new double[k];
    for (int i = 0; i < k; i++) {
      double[] a = small.vectors()[i];
      double mean = 0;
      for (double weight : a) {
        mean += weight / a.length;
      }
      double norm = Math.sqrt(at.count * small.values()[i]);
      for (int e = 0; e < a.length; e++) {
        at.addGradient(e, (a[e] - mean) / norm, vectors[i]);
      }
      // ‖Dᵀr‖/√(nλ) with ‖D‖ = √(nλ₁), D the centred gradients.
      residuals[i] = small.residuals()[i] * Math.sqrt(small.largest() / small.values()[i]);
    }
    return new Eigenpairs(small.values(), vectors, residuals);
  }
}
