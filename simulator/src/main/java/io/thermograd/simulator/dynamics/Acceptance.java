package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.random.Gaussians;

/** The decision of Metropolis and Hastings. */
final class Acceptance {
  private Acceptance() {}

  /**
   * True with probability min(1, e^logRatio); never for NaN. Draws one uniform in every case, so
   * that the stream's position does not depend on the outcome.
   */
  static boolean accepts(double logRatio, Gaussians random) {
    double u = random.nextUniform();
    if (logRatio >= 0 || u <= 1 + logRatio) { // e^a ≥ 1 + a spares most of the exponentials
      return true;
    }
    return u <= StrictMath.exp(logRatio);
  }
}
