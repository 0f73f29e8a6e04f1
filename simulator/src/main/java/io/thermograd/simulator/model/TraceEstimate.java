package io.thermograd.simulator.model;

import io.thermograd.simulator.random.SplitMix64;

/**
 * tr A from products with random vectors, by M. F. Hutchinson: with independent signs z, E zᵀAz =
 * tr A, and its variance is 2·Σ_{i≠j} A_ij², so that a diagonal A comes out exactly.
 *
 * <p>Source: M. F. Hutchinson, Commun. Stat. Simul. Comput. 19 (1990) 433–450,
 * doi:10.1080/03610919008812866.
 *
 * @param value the mean over the vectors
 * @param standardError of it, from their scatter; NaN of one vector
 */
public record TraceEstimate(double value, double standardError) {

  /** From {@code vectors} products; the same seed gives the same bits. */
  public static TraceEstimate of(SymmetricOperator a, int vectors, long seed) {
    if (vectors < 1) {
      throw new IllegalArgumentException("vectors should be at least 1: was " + vectors);
    }
    SplitMix64 random = new SplitMix64(seed);
    double[] signs = new double[a.dim()];
    double mean = 0;
    double squares = 0;
    for (int i = 1; i <= vectors; i++) {
      for (int p = 0; p < signs.length; p++) {
        signs[p] = random.nextLong() < 0 ? -1 : 1;
      }
      double x = a.quadratic(signs);
      double off = x - mean;
      mean += off / i;
      squares += off * (x - mean);
    }
    return new TraceEstimate(mean, Math.sqrt(squares / (vectors - 1.0) / vectors));
  }
}
