package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.Ziggurat;

/**
 * Overdamped Langevin dynamics on the unit sphere in R^d, with stationary density e^(−f/T) against
 * the sphere's area. A step moves by the tangent part of −h∇f(x) + √(2Th) z and scales the result
 * back to norm 1. The tangent Gaussian makes this Brownian motion on the sphere without a further
 * drift: scaling back is the geodesic to third order in the step, and the third order has mean 0.
 *
 * <p>Weak order 1; the uniform law at f = 0 is kept exactly, by symmetry. Only +, −, ×, / and √ are
 * used. Cost: one gradient and d variates a step and replica. Not thread-safe. Source: G. Ciccotti,
 * T. Lelièvre, E. Vanden-Eijnden, doi:10.1002/cpa.20210.
 */
public final class SphereLangevin extends BlockedEnsemble {

  private SphereLangevin(double[] start, int replicas, long seed, BlockFactory factory) {
    super(start, replicas, seed, factory);
  }

  /**
   * Replicas that all begin at {@code start}.
   *
   * @param landscape of d ≥ 2 dimensions; only its values on the sphere matter
   * @param temperature T ≥ 0, in units of f
   * @param timeStep h > 0
   * @param start of norm 1 to 10⁻⁹
   */
  public static SphereLangevin at(
      Landscape landscape,
      double temperature,
      double timeStep,
      double[] start,
      int replicas,
      long seed) {
    Arguments.dimension("start", start.length, landscape);
    Arguments.notNegative("temperature", temperature);
    Arguments.positive("time step", timeStep);
    if (start.length < 2) {
      throw new IllegalArgumentException("dim should be at least 2: was " + start.length);
    }
    double square = 0;
    for (double v : start) {
      square += v * v;
    }
    if (!(Math.abs(Math.sqrt(square) - 1) <= 1e-9)) {
      throw new IllegalArgumentException("norm of start should be 1: was " + Math.sqrt(square));
    }
    return new SphereLangevin(
        start,
        replicas,
        seed,
        (n, random) -> new Projected(landscape, temperature, timeStep, n, random));
  }

  private static final class Projected extends LangevinBlock {
    private final double amplitude;
    private final double[] sums;

    Projected(
        Landscape landscape, double temperature, double timeStep, int replicas, Ziggurat random) {
      super(landscape, timeStep, replicas, random);
      this.amplitude = Math.sqrt(2 * temperature * timeStep);
      this.sums = new double[replicas];
    }

    @Override
    public void advance(long firstStep, long count) {
      for (long s = 0; s < count; s++) {
        landscape.gradients(x, replicas, gradients);
        random.fill(noise, 0, noise.length);
        // From here on the moves, drift and noise.
        for (int k = 0; k < x.length; k++) {
          noise[k] = amplitude * noise[k] - timeStep * gradients[k];
        }
        dot(x, noise);
        for (int first = 0; first < x.length; first += replicas) {
          for (int r = 0; r < replicas; r++) {
            x[first + r] += noise[first + r] - sums[r] * x[first + r];
          }
        }
        dot(x, x);
        for (int first = 0; first < x.length; first += replicas) {
          for (int r = 0; r < replicas; r++) {
            x[first + r] /= Math.sqrt(sums[r]);
          }
        }
      }
    }

    private void dot(double[] a, double[] b) {
      java.util.Arrays.fill(sums, 0);
      for (int first = 0; first < a.length; first += replicas) {
        for (int r = 0; r < replicas; r++) {
          sums[r] += a[first + r] * b[first + r];
        }
      }
    }
  }
}
