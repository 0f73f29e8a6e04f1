package io.thermograd.estimate.fluctuation;

import io.thermograd.theory.StationaryCovariance;

/**
 * The settings that decide the equilibrium, and the closed forms for one direction.
 *
 * @param memory L of the running mean θ̄, steps
 */
record Equilibrium(double learningRate, double momentum, boolean nesterov, double memory) {

  /** η/(1−β). */
  double rate() {
    return learningRate / (1 - momentum);
  }

  /**
   * Share of κ·Var(θ), and of Var(θ), that deviations from θ̄ show: η_effκ/(1/L + (1 − 1/L)η_effκ),
   * exact for SGD. 1 of a direction that comes to equilibrium well within L.
   */
  double share(double curvature) {
    double a = rate() * curvature;
    return a / (1 / memory + (1 - 1 / memory) * a);
  }

  /** Var(θ) in a direction of curvature κ whose gradient noise is σ²; NaN beyond stability. */
  double variance(double curvature, double noise) {
    if (!(curvature > 0 && noise >= 0)) {
      return Double.NaN;
    }
    double[][] h = {{curvature}};
    double[][] n = {{noise}};
    try {
      return nesterov
          ? StationaryCovariance.nesterov(h, n, learningRate, momentum)[0][0]
          : StationaryCovariance.variance(curvature, noise, learningRate, momentum);
    } catch (IllegalArgumentException beyond) {
      return Double.NaN;
    }
  }
}
