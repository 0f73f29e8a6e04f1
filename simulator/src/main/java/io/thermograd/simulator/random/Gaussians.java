package io.thermograd.simulator.random;

/**
 * A stream of standard normal variates for inner loops. The same seed gives the same values on
 * every machine. Not thread-safe.
 */
public interface Gaussians {

  /** One variate. */
  double next();

  /**
   * Writes variates to {@code target[from … to−1]}, the same ones that {@link #next} would give.
   */
  void fill(double[] target, int from, int to);

  /** Uniform on (0, 1), from the same stream; for laws that are made of more than normals. */
  double nextUniform();
}
