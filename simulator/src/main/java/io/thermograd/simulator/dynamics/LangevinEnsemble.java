package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.Ziggurat;

/**
 * Unadjusted overdamped Langevin dynamics by Euler–Maruyama: x ← x − h∇f(x) + √(2hD) z with
 * standard normal z, for dx = −∇f dt + √(2D) dW. D is the temperature T, or a function of the
 * place, taken at the step's beginning (Itô). SGD with η = h and isotropic noise of variance 2D/h
 * is the same process.
 *
 * <p>Weak order 1. On a quadratic of curvature κ the stationary variance is T/(κ(1 − hκ/2)), not
 * T/κ; beyond hκ = 2 it diverges, without an exception. {@link MetropolisLangevin} has no such
 * bias.
 *
 * <p>Cost: one gradient and d variates a step and replica. Not thread-safe. Source: section 9 of
 * QUANTITIES.md for Itô's D; P. Kloeden, E. Platen, doi:10.1007/978-3-662-12616-5.
 */
public final class LangevinEnsemble extends BlockedEnsemble {

  private LangevinEnsemble(double[] start, int replicas, long seed, BlockFactory factory) {
    super(start, replicas, seed, factory);
  }

  /**
   * Replicas that all begin at {@code start}.
   *
   * @param temperature T ≥ 0, in units of f
   * @param timeStep h > 0
   */
  public static LangevinEnsemble at(
      Landscape landscape,
      double temperature,
      double timeStep,
      double[] start,
      int replicas,
      long seed) {
    Arguments.dimension("start", start.length, landscape);
    Arguments.notNegative("temperature", temperature);
    Arguments.positive("time step", timeStep);
    return new LangevinEnsemble(
        start,
        replicas,
        seed,
        (n, random) -> new Additive(landscape, temperature, timeStep, n, random));
  }

  /**
   * Replicas whose noise depends on the place.
   *
   * @param diffusivity D(x) ≥ 0; where it is negative the replica becomes NaN
   * @param timeStep h > 0
   */
  public static LangevinEnsemble ito(
      Landscape landscape,
      Diffusivity diffusivity,
      double timeStep,
      double[] start,
      int replicas,
      long seed) {
    Arguments.dimension("start", start.length, landscape);
    Arguments.positive("time step", timeStep);
    return new LangevinEnsemble(
        start,
        replicas,
        seed,
        (n, random) -> new Multiplicative(landscape, diffusivity, timeStep, n, random));
  }

  private static final class Additive extends LangevinBlock {
    private final double amplitude;

    Additive(
        Landscape landscape, double temperature, double timeStep, int replicas, Ziggurat random) {
      super(landscape, timeStep, replicas, random);
      this.amplitude = Math.sqrt(2 * temperature * timeStep);
    }

    @Override
    public void advance(long firstStep, long count) {
      for (long s = 0; s < count; s++) {
        landscape.gradients(x, replicas, gradients);
        random.fill(noise, 0, noise.length);
        move(x, timeStep, gradients, amplitude, noise);
      }
    }

    // A method of its own, so that the loop vectorises whatever is inlined around it.
    private static void move(
        double[] x, double timeStep, double[] gradients, double amplitude, double[] noise) {
      for (int i = 0; i < x.length; i++) {
        x[i] = x[i] - timeStep * gradients[i] + amplitude * noise[i];
      }
    }
  }

  private static final class Multiplicative extends LangevinBlock {
    private final Diffusivity diffusivity;
    private final double[] amplitudes;

    Multiplicative(
        Landscape landscape,
        Diffusivity diffusivity,
        double timeStep,
        int replicas,
        Ziggurat random) {
      super(landscape, timeStep, replicas, random);
      this.diffusivity = diffusivity;
      this.amplitudes = new double[replicas];
    }

    @Override
    public void advance(long firstStep, long count) {
      for (long s = 0; s < count; s++) {
        landscape.gradients(x, replicas, gradients);
        diffusivity.diffusivities(x, replicas, amplitudes);
        for (int r = 0; r < replicas; r++) {
          amplitudes[r] = Math.sqrt(2 * timeStep * amplitudes[r]);
        }
        random.fill(noise, 0, noise.length);
        for (int i = 0; i < x.length; i += replicas) {
          for (int r = 0; r < replicas; r++) {
            x[i + r] = x[i + r] - timeStep * gradients[i + r] + amplitudes[r] * noise[i + r];
          }
        }
      }
    }
  }
}
