package io.thermograd.simulator.experiment;

import java.util.function.DoubleUnaryOperator;

/**
 * Rates of crossing from well to well of (x² − 1)² for underdamped Langevin dynamics of unit mass,
 * per unit of its time.
 */
final class BarrierCrossing {
  private BarrierCrossing() {}

  /** Transition-state theory: ω₀/(2π)·e^(−ΔU/T), an upper bound. */
  static double transitionState(double temperature) {
    return StrictMath.sqrt(WellPair.curvature(1))
        / (2 * StrictMath.PI)
        * StrictMath.exp(-WellPair.barrier() / temperature);
  }

  /**
   * What friction leaves of it by recrossing: λ₊/ω_b, with λ₊ = √(γ²/4 + ω_b²) − γ/2 the growth
   * rate at the saddle. Source: H. Kramers, doi:10.1016/S0031-8914(40)90098-2.
   */
  static double recrossing(double friction) {
    double barrierSquare = -WellPair.curvature(0);
    double growth = StrictMath.sqrt(friction * friction / 4 + barrierSquare) - friction / 2;
    return growth / StrictMath.sqrt(barrierSquare);
  }

  /**
   * What scarcity of energy leaves of it at low friction, for two equal wells: A(Δ)²/A(2Δ) with Δ =
   * γS/T and S the action of one swing from the barrier. Source: V. Mel'nikov, S. Meshkov,
   * doi:10.1063/1.451844.
   */
  static double depopulation(double friction, double temperature) {
    double loss = friction * action() / temperature;
    return StrictMath.exp(2 * logDepopulation(loss) - logDepopulation(2 * loss));
  }

  /** All of it: from energy diffusion at low friction over the turnover to spatial diffusion. */
  static double rate(double friction, double temperature) {
    return transitionState(temperature)
        * recrossing(friction)
        * depopulation(friction, temperature);
  }

  /** log A(Δ) = (1/2π)∫ log(1 − e^(−Δ(λ²+¼)))/(λ²+¼) dλ; with λ = ½tan φ an integral over φ. */
  private static double logDepopulation(double loss) {
    return 2
        * midpoint(
            phi -> {
              double tan = StrictMath.tan(phi);
              return StrictMath.log(-StrictMath.expm1(-loss / 4 * (1 + tan * tan)));
            },
            0,
            StrictMath.PI / 2)
        / StrictMath.PI;
  }

  /** ∮ v dx at the barrier's energy within one well, v = √(2(ΔU − U)). */
  private static double action() {
    double turn = StrictMath.sqrt(2); // U(√2) = U(0)
    // x = √2 sin φ takes the root's end point out of the integrand's derivative.
    return 2
        * midpoint(
            phi -> {
              double x = turn * StrictMath.sin(phi);
              double kinetic = Math.max(0, WellPair.barrier() - WellPair.energy(x));
              return StrictMath.sqrt(2 * kinetic) * turn * StrictMath.cos(phi);
            },
            0,
            StrictMath.PI / 2);
  }

  private static double midpoint(DoubleUnaryOperator f, double from, double to) {
    int cells = 20_000;
    double h = (to - from) / cells;
    double sum = 0;
    for (int i = 0; i < cells; i++) {
      sum += f.applyAsDouble(from + (i + 0.5) * h);
    }
    return sum * h;
  }
}
