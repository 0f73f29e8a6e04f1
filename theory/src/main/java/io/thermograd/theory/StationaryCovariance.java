package io.thermograd.theory;

/**
 * Covariance of the iterates around a minimum with Hessian H, once stationary. N = cΣ/B is the
 * covariance of one update's gradient ({@link #batchNoise}); H and N need not commute. All results
 * are P × P in parameter units squared, exact for a quadratic loss with noise that does not depend
 * on θ.
 *
 * <p>Computed in the eigenbasis of H, where the equations fall apart into one per pair of
 * directions: O(P³), relative error about 10⁻¹⁴ over the relative distance from instability.
 *
 * <p>Pure functions. H that is not symmetric positive definite, N that is not symmetric positive
 * semidefinite, and learning rates at or beyond the stability limit are an {@link
 * IllegalArgumentException} that names the argument and the value.
 *
 * <p>Source: QUANTITIES.md, section 6 and correction 1 (it is not ηH⁻¹NH⁻¹, which belongs to the
 * averaged iterate); S. Mandt, M. Hoffman, D. Blei, JMLR 18(134), 2017, for continuous time; Z.
 * Liu, Z. Liao et al., ICML 2021, arXiv:2012.03636, for discrete time.
 */
public final class StationaryCovariance {
  private StationaryCovariance() {}

  /**
   * N = cΣ/B, the covariance of a mini-batch gradient.
   *
   * @param perExample Σ
   * @param factor finite-population factor c, 1 when sampling with replacement
   */
  public static double[][] batchNoise(double[][] perExample, double factor, double batchSize) {
    int n = Checks.symmetric("gradient covariance", perExample);
    double scale =
        Checks.nonNegative("finite-population factor", factor)
            / Checks.positive("batch size", batchSize);
    double[][] noise = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        noise[i][j] = scale * perExample[i][j];
      }
    }
    return noise;
  }

  /** The C that solves HC + CH = Q, for any symmetric Q. */
  public static double[][] lyapunov(double[][] hessian, double[][] q) {
    SymmetricEigen eigen = Checks.positiveDefinite("Hessian", hessian);
    requireSameSize(eigen, "right-hand side", Checks.symmetric("right-hand side", q));
    return solve(eigen, q, 0);
  }

  /** Continuous time: HC + CH = η_eff·N. The limit of small ηκ, whatever the momentum. */
  public static double[][] continuous(
      double[][] hessian, double[][] noise, double effectiveLearningRate) {
    SymmetricEigen eigen = checked(hessian, noise);
    Checks.positive("effective learning rate", effectiveLearningRate);
    return scaled(solve(eigen, noise, 0), effectiveLearningRate);
  }

  /** SGD, exact: HC + CH − ηHCH = ηN. */
  public static double[][] sgd(double[][] hessian, double[][] noise, double learningRate) {
    SymmetricEigen eigen = checked(hessian, noise);
    Checks.positive("learning rate", learningRate);
    StabilityLimit.requireStable(StabilityLimit.sgd(learningRate, eigen.largest()));
    return scaled(solve(eigen, noise, learningRate), learningRate);
  }

  /** Heavy ball, v ← βv − ηg, θ ← θ + v, exact: the covariance of θ. */
  public static double[][] heavyBall(
      double[][] hessian, double[][] noise, double learningRate, double momentum) {
    return MomentumRecursion.heavyBall(learningRate, momentum)
        .stationary(checked(hessian, noise), noise)
        .position();
  }

  /** Heavy ball, exact: the 2P × 2P covariance of (θ, v), v being the last change of θ. */
  public static double[][] heavyBallFull(
      double[][] hessian, double[][] noise, double learningRate, double momentum) {
    return MomentumRecursion.heavyBall(learningRate, momentum)
        .stationary(checked(hessian, noise), noise)
        .full();
  }

  /**
   * Nesterov's momentum as trainers run it, v ← βv − ηg, θ ← θ + βv − ηg with g at the stored θ,
   * exact: the covariance of θ.
   */
  public static double[][] nesterov(
      double[][] hessian, double[][] noise, double learningRate, double momentum) {
    return MomentumRecursion.nesterov(learningRate, momentum)
        .stationary(checked(hessian, noise), noise)
        .position();
  }

  /** Nesterov's momentum, exact: the 2P × 2P covariance of (θ, v). */
  public static double[][] nesterovFull(
      double[][] hessian, double[][] noise, double learningRate, double momentum) {
    return MomentumRecursion.nesterov(learningRate, momentum)
        .stationary(checked(hessian, noise), noise)
        .full();
  }

  /**
   * Variance in one direction under heavy ball: ησ²(1+β)/((1−β)κ(2(1+β) − ηκ)); with β = 0, SGD's
   * ησ²/(κ(2 − ηκ)).
   *
   * @param noiseVariance σ² of one update's gradient
   * @param curvature κ > 0
   */
  public static double variance(
      double curvature, double noiseVariance, double learningRate, double momentum) {
    Checks.positive("curvature", curvature);
    return Temperature.directional(learningRate, momentum, noiseVariance, curvature) / curvature;
  }

  /** ½ tr(HC), the loss that fluctuations of covariance C add on average. */
  public static double excessLoss(double[][] hessian, double[][] covariance) {
    int n = Checks.symmetric("Hessian", hessian);
    if (Checks.symmetric("covariance", covariance) != n) {
      throw new IllegalArgumentException(
          "covariance should have %d rows as the Hessian: had %d".formatted(n, covariance.length));
    }
    return Matrices.traceOfProduct(hessian, covariance) / 2;
  }

  /** The eigensystem of H, once both are what they should be. */
  static SymmetricEigen checked(double[][] hessian, double[][] noise) {
    SymmetricEigen eigen = Checks.positiveDefinite("Hessian", hessian);
    Checks.positiveSemidefinite("noise", noise);
    requireSameSize(eigen, "noise", noise.length);
    return eigen;
  }

  /** C_ij = Q_ij/(κ_i + κ_j − ηκ_iκ_j) in the eigenbasis. */
  private static double[][] solve(SymmetricEigen eigen, double[][] q, double learningRate) {
    double[][] c = eigen.toBasis(q);
    for (int i = 0; i < c.length; i++) {
      for (int j = 0; j < c.length; j++) {
        double a = eigen.value(i);
        double b = eigen.value(j);
        c[i][j] /= a + b - learningRate * a * b;
      }
    }
    return eigen.fromBasis(c);
  }

  private static double[][] scaled(double[][] m, double scale) {
    for (double[] row : m) {
      for (int j = 0; j < row.length; j++) {
        row[j] *= scale;
      }
    }
    return m;
  }

  private static void requireSameSize(SymmetricEigen hessian, String name, int size) {
    if (size != hessian.size()) {
      throw new IllegalArgumentException(
          "%s should have %d rows as the Hessian: had %d".formatted(name, hessian.size(), size));
    }
  }
}
