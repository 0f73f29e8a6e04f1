package io.thermograd.simulator.noise;

import io.thermograd.simulator.random.Gaussians;

/**
 * Mini-batch noise ξ added to an exact gradient: mean 0 and covariance Σ(x)/B, where Σ is that of
 * one example. Immutable and thread-safe; all randomness comes from the caller.
 */
public interface NoiseModel {

  /** d, the length of a gradient. */
  int dim();

  /**
   * Adds an independent draw to the gradient of every replica.
   *
   * @param x points, coordinate i of replica r at {@code i·replicas + r}
   * @param gradients laid out like {@code x}; changed in place
   * @param batchSize B > 0, examples; any real number, since it is only a scale here
   */
  void add(double[] x, int replicas, double[] gradients, double batchSize, Gaussians random);

  /** Writes Σ(x), d × d, in (loss/param)² per example; infinite entries where it does not exist. */
  void covariance(double[] x, double[][] covariance);
}
