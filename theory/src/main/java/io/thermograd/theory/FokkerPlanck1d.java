package io.thermograd.theory;

import java.util.function.DoubleUnaryOperator;

/**
 * The Fokker–Planck equation ∂p/∂t = ∂(pU′ + ∂(Dp)), D inside both derivatives (QUANTITIES.md,
 * section 9.4), on an interval with reflecting ends, as a finite-volume scheme: a jump process
 * between neighbouring cells that keeps positivity and mass, and has the exact stationary law D⁻¹
 * exp(−∫U′/D) at every cell's centre. Second order in the spacing.
 *
 * <p>Stateless and thread-safe.
 */
public final class FokkerPlanck1d {
  private FokkerPlanck1d() {}

  /**
   * Constant noise: D = T.
   *
   * @param energy U, finite at the centres
   * @param temperature T > 0
   */
  public static JumpProcess additive(
      GridAxis axis, DoubleUnaryOperator energy, double temperature) {
    Checks.positive("temperature", temperature);
    double[] potential = new double[axis.cells()];
    double[] diffusion = new double[axis.cells()];
    for (int i = 0; i < axis.cells(); i++) {
      double u = Checks.finite("energy at " + axis.centre(i), energy.applyAsDouble(axis.centre(i)));
      potential[i] = u / temperature;
      diffusion[i] = temperature;
    }
    return process(axis, potential, diffusion);
  }

  /**
   * State-dependent noise in Itô's sense. ∫U′/D is integrated between centres by 12 Gauss–Legendre
   * points.
   *
   * @param slope U′
   * @param diffusion D > 0 on the whole interval
   */
  public static JumpProcess ito(
      GridAxis axis, DoubleUnaryOperator slope, DoubleUnaryOperator diffusion) {
    DoubleUnaryOperator d = x -> Checks.positive("diffusion", diffusion.applyAsDouble(x));
    DoubleUnaryOperator integrand = x -> slope.applyAsDouble(x) / d.applyAsDouble(x);
    double[] potential = new double[axis.cells()];
    double[] diffusions = new double[axis.cells()];
    for (int i = 0; i < axis.cells(); i++) {
      diffusions[i] = d.applyAsDouble(axis.centre(i));
      if (i > 0) {
        potential[i] =
            potential[i - 1]
                + GaussLegendre.integrate(integrand, axis.centre(i - 1), axis.centre(i));
      }
    }
    return process(axis, potential, diffusions);
  }

  private static JumpProcess process(GridAxis axis, double[] potential, double[] diffusion) {
    int edges = axis.cells() - 1;
    int[] from = new int[edges];
    int[] to = new int[edges];
    double[] forward = new double[edges];
    double[] backward = new double[edges];
    for (int i = 0; i < edges; i++) {
      double rise = potential[i + 1] - potential[i];
      from[i] = i;
      to[i] = i + 1;
      forward[i] = ScharfetterGummel.rate(diffusion[i], rise, axis.spacing());
      backward[i] = ScharfetterGummel.rate(diffusion[i + 1], -rise, axis.spacing());
    }
    double[] logStationary = new double[axis.cells()];
    for (int i = 0; i < axis.cells(); i++) {
      logStationary[i] = -potential[i] - StrictMath.log(diffusion[i]);
    }
    return new JumpProcess(axis.cells(), from, to, forward, backward, logStationary);
  }
}
