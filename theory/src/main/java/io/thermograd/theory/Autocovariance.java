package io.thermograd.theory;

/**
 * Lagged covariance of stationary iterates around a minimum, [i][j] = Cov(θ_i at t + lag, θ_j at
 * t); at lag 0 it is {@link StationaryCovariance}'s. Symmetric only when H and N commute: its
 * antisymmetric part is the rotational flow that detailed balance forbids.
 *
 * <p>Arguments, cost, errors and source as in {@link StationaryCovariance}; O(P²·lag) more with
 * momentum.
 */
public final class Autocovariance {
  private Autocovariance() {}

  /**
   * e^{−H·time}·C with C the continuous stationary covariance.
   *
   * @param time in SGD time, sums of η_eff
   */
  public static double[][] continuous(
      double[][] hessian, double[][] noise, double effectiveLearningRate, double time) {
    Checks.nonNegative("time", time);
    double[][] c = StationaryCovariance.continuous(hessian, noise, effectiveLearningRate);
    SymmetricEigen eigen = SymmetricEigen.of("Hessian", hessian);
    double[] decay = new double[c.length];
    for (int i = 0; i < decay.length; i++) {
      decay[i] = StrictMath.exp(-eigen.value(i) * time);
    }
    return decayed(eigen, c, decay);
  }

  /** (I − ηH)^lag·C with C SGD's exact stationary covariance. */
  public static double[][] sgd(double[][] hessian, double[][] noise, double learningRate, int lag) {
    Checks.atLeast("lag", 0, lag);
    double[][] c = StationaryCovariance.sgd(hessian, noise, learningRate);
    SymmetricEigen eigen = SymmetricEigen.of("Hessian", hessian);
    double[] decay = new double[c.length];
    for (int i = 0; i < decay.length; i++) {
      decay[i] = StrictMath.pow(1 - learningRate * eigen.value(i), lag);
    }
    return decayed(eigen, c, decay);
  }

  /** Of θ under heavy ball, exact. */
  public static double[][] heavyBall(
      double[][] hessian, double[][] noise, double learningRate, double momentum, int lag) {
    Checks.atLeast("lag", 0, lag);
    return MomentumRecursion.heavyBall(learningRate, momentum)
        .lagged(StationaryCovariance.checked(hessian, noise), noise, lag);
  }

  /** Of θ under Nesterov's momentum, exact. */
  public static double[][] nesterov(
      double[][] hessian, double[][] noise, double learningRate, double momentum, int lag) {
    Checks.atLeast("lag", 0, lag);
    return MomentumRecursion.nesterov(learningRate, momentum)
        .lagged(StationaryCovariance.checked(hessian, noise), noise, lag);
  }

  private static double[][] decayed(SymmetricEigen eigen, double[][] c, double[] decay) {
    double[][] basis = eigen.toBasis(c);
    for (int i = 0; i < decay.length; i++) {
      for (int j = 0; j < decay.length; j++) {
        basis[i][j] *= decay[i];
      }
    }
    return eigen.fromBasis(basis);
  }
}
