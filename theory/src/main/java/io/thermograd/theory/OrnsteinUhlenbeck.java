package io.thermograd.theory;

/**
 * The process dx = −Hx dt + Q^{1/2} dW, the continuous model of SGD around a minimum at 0: Q =
 * η_eff·cΣ/B, or 2T·I for noise of temperature T. Times are in SGD time, sums of η_eff.
 *
 * <p>H may be any symmetric matrix, a saddle's too, for transitions over a finite time. Exact up to
 * rounding, O(P³). Pure functions; bad input is an {@link IllegalArgumentException} that names the
 * argument and the value.
 *
 * <p>Source: C. Gardiner, Stochastic Methods, 4th ed., section 4.5.
 */
public final class OrnsteinUhlenbeck {
  private OrnsteinUhlenbeck() {}

  /** e^{−Ht}·x₀, where the process stands on average after {@code time}. */
  public static double[] transitionMean(double[][] hessian, double[] start, double time) {
    SymmetricEigen eigen = SymmetricEigen.of("Hessian", hessian);
    Checks.length("start", start, eigen.size());
    Checks.finite("start", start);
    Checks.nonNegative("time", time);
    double[] mean = eigen.toBasis(start);
    for (int i = 0; i < mean.length; i++) {
      mean[i] *= StrictMath.exp(-eigen.value(i) * time);
    }
    return eigen.fromBasis(mean);
  }

  /** ∫₀ᵗ e^{−Hs} Q e^{−Hs} ds, the covariance after {@code time} from a fixed start. */
  public static double[][] transitionCovariance(
      double[][] hessian, double[][] diffusion, double time) {
    SymmetricEigen eigen = SymmetricEigen.of("Hessian", hessian);
    Checks.positiveSemidefinite("diffusion", diffusion);
    if (diffusion.length != eigen.size()) {
      throw new IllegalArgumentException(
          "diffusion should have %d rows as the Hessian: had %d"
              .formatted(eigen.size(), diffusion.length));
    }
    Checks.nonNegative("time", time);
    double[][] c = eigen.toBasis(diffusion);
    for (int i = 0; i < c.length; i++) {
      for (int j = 0; j < c.length; j++) {
        c[i][j] *= integratedDecay(eigen.value(i) + eigen.value(j), time);
      }
    }
    return eigen.fromBasis(c);
  }

  /**
   * The limit of {@link #transitionCovariance} in a long time: HC + CH = Q, H positive definite.
   */
  public static double[][] stationaryCovariance(double[][] hessian, double[][] diffusion) {
    return StationaryCovariance.lyapunov(hessian, diffusion);
  }

  /** e^{−κt}, the correlation of one eigendirection with itself {@code time} earlier. */
  public static double autocorrelation(double curvature, double time) {
    Checks.positive("curvature", curvature);
    Checks.nonNegative("time", time);
    return StrictMath.exp(-curvature * time);
  }

  /** κ_min of a positive definite H: the rate of the slowest relaxation, whatever the noise. */
  public static double gap(double[][] hessian) {
    return Checks.positiveDefinite("Hessian", hessian).value(0);
  }

  /** ∫₀ᵗ e^{−rate·s} ds, t itself at rate 0. */
  private static double integratedDecay(double rate, double time) {
    return rate == 0 ? time : -StrictMath.expm1(-rate * time) / rate;
  }
}
