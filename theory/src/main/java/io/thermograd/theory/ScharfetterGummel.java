package io.thermograd.theory;

/**
 * Rates of jumping between neighbouring cells that make the flux of q = Dp through a face exact for
 * a constant slope of the potential ψ = ∫U′/D: J = [B(Δ) q_i − B(−Δ) q_j]/h with Δ = ψ_j − ψ_i and
 * B(z) = z/(e^z − 1). Then q_j/q_i = e^{−Δ} at zero flux, exactly, and the error is O(h²).
 *
 * <p>Source: D. Scharfetter, H. Gummel, IEEE Trans. Electron Devices 16, 1969,
 * doi:10.1109/T-ED.1969.16566; in the form of J. Chang, G. Cooper, J. Comput. Phys. 6, 1970,
 * doi:10.1016/0021-9991(70)90001-X, it is the scheme named after them.
 */
final class ScharfetterGummel {
  private ScharfetterGummel() {}

  /** Rate from a cell with diffusion D across a face where the potential rises by Δ. */
  static double rate(double diffusion, double rise, double spacing) {
    return diffusion / spacing / spacing * bernoulli(rise);
  }

  /** B(z) = z/(e^z − 1), within a few units in the last place; 0 for z above 745. */
  static double bernoulli(double z) {
    if (Math.abs(z) < 1e-9) {
      return 1 - z / 2;
    }
    // e^z overflows beyond 709: the limits of the quotient are wanted there, not NaN.
    return z > 700 ? z * StrictMath.exp(-z) : z / StrictMath.expm1(z);
  }
}
