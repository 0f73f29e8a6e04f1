package io.thermograd.simulator.experiment;

import io.thermograd.simulator.landscape.Landscape;

/**
 * The stationary law of x ← x − η∇f(x) + √(2ηT) z to first order in η: p_η ∝ e^{−f/T}(1 + ηφ) with
 * φ = ‖∇f‖²/(4T) − ½Δf, up to a constant that normalises.
 *
 * <p>Derivation: one step changes the mean of a function by η·L + η²A, with the generator L = −∇f·∇
 * + TΔ and A = ½((∇f·∇)² − 2T ∇f·∇Δ + T²Δ²), in which ∇f is not differentiated. Stationarity at
 * order η² is L*(ρφ) = −(A − ½L²)*ρ, and the right side is ½∇·(ρ∇(½‖∇f‖² − TΔf)). For a quadratic φ
 * is κ²x²/(4T) − ½κ, which is the variance T/(κ(1 − ηκ/2)).
 *
 * <p>Source: also B. Leimkuhler, C. Matthews, Appl. Math. Res. eXpress 2013,
 * doi:10.1093/amrx/abs010.
 */
final class IterateLaw {
  private IterateLaw() {}

  /** φ(x). */
  static double correction(Landscape f, double[] x, double temperature) {
    int d = x.length;
    double[] gradient = new double[d];
    double[][] hessian = new double[d][d];
    f.gradient(x, gradient);
    f.hessian(x, hessian);
    double phi = 0;
    for (int i = 0; i < d; i++) {
      phi += gradient[i] * gradient[i] / (4 * temperature) - 0.5 * hessian[i][i];
    }
    return phi;
  }
}
