package io.thermograd.theory;

/**
 * Spread of θ̄_n = (θ_1 + … + θ_n)/n, the Polyak–Ruppert average of SGD around a minimum with
 * Hessian H and update noise N = cΣ/B. On a quadratic everything is exact for finite n and any
 * stable η.
 *
 * <p>O(P³); the relative error of the finite sums is about 10⁻¹⁵/(nηκ)² when nηκ is small. Pure
 * functions; arguments and errors as in {@link StationaryCovariance}.
 *
 * <p>Source: B. Polyak and A. Juditsky, SIAM J. Control Optim. 30(4), 1992, doi:10.1137/0330046,
 * for the limit; the finite sums are geometric.
 */
public final class AveragedIterate {
  private AveragedIterate() {}

  /**
   * H⁻¹NH⁻¹, the limit of n·Cov(θ̄_n) for any stable η: what η does to the iterates' spread, their
   * correlation undoes.
   */
  public static double[][] sandwich(double[][] hessian, double[][] noise) {
    SymmetricEigen eigen = StationaryCovariance.checked(hessian, noise);
    double[][] c = eigen.toBasis(noise);
    for (int i = 0; i < c.length; i++) {
      for (int j = 0; j < c.length; j++) {
        c[i][j] /= eigen.value(i) * eigen.value(j);
      }
    }
    return eigen.fromBasis(c);
  }

  /** Cov(θ̄_n) of n consecutive stationary iterates. */
  public static double[][] stationary(
      double[][] hessian, double[][] noise, double learningRate, long iterates) {
    return covariance(hessian, noise, learningRate, iterates, true);
  }

  /** Cov(θ̄_n) of θ_1 … θ_n from a fixed θ_0, which itself is not averaged. */
  public static double[][] fromFixedStart(
      double[][] hessian, double[][] noise, double learningRate, long iterates) {
    return covariance(hessian, noise, learningRate, iterates, false);
  }

  /**
   * E θ̄_n − θ*, what is left of the start: (1/n)·Σ_{t=1…n} (I − ηH)ᵗ·offset, O(1/n).
   *
   * @param offset θ_0 − θ*
   */
  public static double[] bias(
      double[][] hessian, double learningRate, double[] offset, long iterates) {
    SymmetricEigen eigen = Checks.positiveDefinite("Hessian", hessian);
    Checks.length("offset", offset, eigen.size());
    Checks.finite("offset", offset);
    requireStable(eigen, learningRate, iterates);
    double[] bias = eigen.toBasis(offset);
    for (int i = 0; i < bias.length; i++) {
      bias[i] *= powers(learningRate * eigen.value(i), iterates) / iterates;
    }
    return eigen.fromBasis(bias);
  }

  private static double[][] covariance(
      double[][] hessian,
      double[][] noise,
      double learningRate,
      long iterates,
      boolean stationary) {
    SymmetricEigen eigen = StationaryCovariance.checked(hessian, noise);
    requireStable(eigen, learningRate, iterates);
    double n = iterates;
    double[][] c = eigen.toBasis(StationaryCovariance.sgd(hessian, noise, learningRate));
    for (int i = 0; i < c.length; i++) {
      for (int j = 0; j < c.length; j++) {
        double di = learningRate * eigen.value(i);
        double dj = learningRate * eigen.value(j);
        // Cov(θ_s, θ_t) = a_i^{s−t}·C_ij for s ≥ t, and a_j^{t−s}·C_ij for s ≤ t.
        double sum = n + laggedPairs(di, iterates) + laggedPairs(dj, iterates);
        if (!stationary) {
          // From a fixed start, a_i^s·a_j^t·C_ij is missing.
          sum -= powers(di, iterates) * powers(dj, iterates);
        }
        c[i][j] *= sum / (n * n);
      }
    }
    return eigen.fromBasis(c);
  }

  /** Σ_{t=1…n} aᵗ for a = 1 − d. */
  private static double powers(double d, long n) {
    return (1 - d) * lost(d, n) / d;
  }

  /** Σ_{k=1…n−1} (n−k)·aᵏ for a = 1 − d. */
  private static double laggedPairs(double d, long n) {
    return (1 - d) * (n * d - lost(d, n)) / (d * d);
  }

  /** 1 − (1−d)ⁿ. */
  private static double lost(double d, long n) {
    return d < 1 ? -StrictMath.expm1(n * StrictMath.log1p(-d)) : 1 - StrictMath.pow(1 - d, n);
  }

  private static void requireStable(SymmetricEigen eigen, double learningRate, long iterates) {
    Checks.positive("learning rate", learningRate);
    Checks.atLeast("number of iterates", 1, iterates);
    StabilityLimit.requireStable(StabilityLimit.sgd(learningRate, eigen.largest()));
  }
}
