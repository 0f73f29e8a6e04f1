package io.thermograd.theory;

/**
 * What a finite learning rate does to the drift and, apart from it, to the stationary law. The
 * drift of SGD follows the gradient flow of f + (η/4)‖∇f‖² to second order in η; its stationary
 * variance is that of the discrete recursion, which the modified loss does not give.
 *
 * <p>Pure functions; bad input is an {@link IllegalArgumentException} that names the argument and
 * the value.
 *
 * <p>Source: Q. Li, C. Tai, W. E, JMLR 20(40), 2019; D. Barrett and B. Dherin, arXiv:2009.11162;
 * QUANTITIES.md, section 9, correction 9.
 */
public final class ModifiedEquation {
  private ModifiedEquation() {}

  /** f + (η/4)‖∇f‖², in units of the loss. */
  public static double loss(double loss, double[] gradient, double learningRate) {
    Checks.finite("loss", loss);
    Checks.finite("gradient", gradient);
    Checks.nonNegative("learning rate", learningRate);
    double squares = 0;
    for (double g : gradient) {
      squares += g * g;
    }
    return loss + learningRate / 4 * squares;
  }

  /** Its gradient, ∇f + (η/2)·∇²f·∇f. */
  public static double[] gradient(double[] gradient, double[][] hessian, double learningRate) {
    int n = Checks.symmetric("Hessian", hessian);
    Checks.length("gradient", gradient, n);
    Checks.finite("gradient", gradient);
    Checks.nonNegative("learning rate", learningRate);
    double[] modified = gradient.clone();
    for (int i = 0; i < n; i++) {
      double product = 0;
      for (int j = 0; j < n; j++) {
        product += hessian[i][j] * gradient[j];
      }
      modified[i] += learningRate / 2 * product;
    }
    return modified;
  }

  /** κ(1 + ηκ/2), the curvature of a quadratic's modified loss. */
  public static double curvature(double curvature, double learningRate) {
    Checks.finite("curvature", curvature);
    Checks.nonNegative("learning rate", learningRate);
    return curvature * (1 + learningRate * curvature / 2);
  }

  /** −log(1 − ηκ)/η, the exact decay rate per unit of SGD time, for 0 ≤ ηκ < 1. */
  public static double decayRate(double curvature, double learningRate) {
    Checks.nonNegative("curvature", curvature);
    Checks.positive("learning rate", learningRate);
    double step = Checks.within("learning rate times curvature", 0, 1, learningRate * curvature);
    return -StrictMath.log1p(-step) / learningRate;
  }

  /** ησ²/(κ(2 − ηκ)), the variance of SGD's iterates; σ² is that of one update's gradient. */
  public static double stationaryVariance(
      double curvature, double noiseVariance, double learningRate) {
    return StationaryCovariance.variance(curvature, noiseVariance, learningRate, 0);
  }

  /** 1/(1 − ηκ/2), by which that exceeds the stochastic differential equation's ησ²/(2κ). */
  public static double inflation(double curvature, double learningRate) {
    double ratio = StabilityLimit.sgd(learningRate, curvature);
    StabilityLimit.requireStable(ratio);
    return 1 / (1 - ratio);
  }

  /** Whether |1 − ηκ| < 1. */
  public static boolean isStable(double curvature, double learningRate) {
    Checks.positive("curvature", curvature);
    return StabilityLimit.sgd(learningRate, curvature) < 1;
  }
}
