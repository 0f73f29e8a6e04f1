package io.thermograd.simulator.optimize;

import io.thermograd.simulator.random.Gaussians;

/** For optimizers that must not draw anything. */
enum NoRandom implements Gaussians {
  INSTANCE;

  @Override
  public double next() {
    throw new AssertionError("drew a variate");
  }

  @Override
  public void fill(double[] target, int from, int to) {
    throw new AssertionError("drew variates");
  }

  @Override
  public double nextUniform() {
    throw new AssertionError("drew a variate");
  }
}
