package io.thermograd.simulator.dynamics;

/** D(x) > 0 of isotropic noise that depends on the place. Thread-safe. */
public interface Diffusivity {

  /**
   * Writes D of every replica.
   *
   * @param x points, coordinate i of replica r at {@code i·replicas + r}
   */
  void diffusivities(double[] x, int replicas, double[] d);
}
