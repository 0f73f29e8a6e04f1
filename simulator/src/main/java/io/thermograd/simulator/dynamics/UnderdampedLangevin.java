package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.Ziggurat;

/**
 * Underdamped Langevin dynamics of unit mass, dx = v dt, dv = −∇f dt − γv dt + √(2γT) dW, by the
 * BAOAB splitting: half a kick, half a drift, the exact Ornstein–Uhlenbeck step of the velocity,
 * half a drift, half a kick.
 *
 * <p>Weak order 2. On a quadratic of curvature κ the stationary variance of x is T/κ exactly, for
 * every h < 2/√κ; that of v is T(1 − h²κ/4). At high friction t/γ is the time of {@link
 * LangevinEnsemble}; at γ = 0 it is the leapfrog method, which keeps the energy.
 *
 * <p>Velocities begin with their stationary law N(0, T). They stay when the caller moves a replica;
 * write to {@link #velocities} to change them. Cost: one gradient and d variates a step and
 * replica, and one more gradient a call of step. Not thread-safe. Source: B. Leimkuhler, C.
 * Matthews, doi:10.1093/amrx/abs010.
 */
public final class UnderdampedLangevin extends BlockedEnsemble {

  private UnderdampedLangevin(double[] start, int replicas, long seed, BlockFactory factory) {
    super(start, replicas, seed, factory);
  }

  /**
   * Replicas that all begin at {@code start}.
   *
   * @param temperature T ≥ 0, in units of f
   * @param friction γ ≥ 0, per unit of time
   * @param timeStep h > 0
   */
  public static UnderdampedLangevin at(
      Landscape landscape,
      double temperature,
      double friction,
      double timeStep,
      double[] start,
      int replicas,
      long seed) {
    Arguments.dimension("start", start.length, landscape);
    Arguments.notNegative("temperature", temperature);
    Arguments.notNegative("friction", friction);
    Arguments.positive("time step", timeStep);
    return new UnderdampedLangevin(
        start,
        replicas,
        seed,
        (n, random) -> new Baoab(landscape, temperature, friction, timeStep, n, random));
  }

  /** The velocities themselves, laid out like the positions; the caller may write between steps. */
  public double[] velocities() {
    return allVelocities();
  }

  private static final class Baoab extends LangevinBlock {
    private final double decay;
    private final double amplitude;
    private final double[] v;

    Baoab(
        Landscape landscape,
        double temperature,
        double friction,
        double timeStep,
        int replicas,
        Ziggurat random) {
      super(landscape, timeStep, replicas, random);
      this.decay = StrictMath.exp(-friction * timeStep);
      this.amplitude = Math.sqrt(-temperature * StrictMath.expm1(-2 * friction * timeStep));
      this.v = new double[x.length];
      random.fill(v, 0, v.length);
      double thermal = Math.sqrt(temperature);
      for (int k = 0; k < v.length; k++) {
        v[k] *= thermal;
      }
    }

    @Override
    public double[] velocities() {
      return v;
    }

    @Override
    public void advance(long firstStep, long count) {
      landscape.gradients(x, replicas, gradients); // the caller may have moved replicas
      for (long s = 0; s < count; s++) {
        random.fill(noise, 0, noise.length);
        kickDriftAndBathe(x, v, gradients, noise, timeStep / 2, decay, amplitude);
        landscape.gradients(x, replicas, gradients);
        kick(v, gradients, timeStep / 2);
      }
    }

    private static void kickDriftAndBathe(
        double[] x,
        double[] v,
        double[] gradients,
        double[] noise,
        double half,
        double decay,
        double amplitude) {
      for (int k = 0; k < x.length; k++) {
        double kicked = v[k] - half * gradients[k];
        double bathed = decay * kicked + amplitude * noise[k];
        x[k] = x[k] + half * kicked + half * bathed;
        v[k] = bathed;
      }
    }

    private static void kick(double[] v, double[] gradients, double half) {
      for (int k = 0; k < v.length; k++) {
        v[k] -= half * gradients[k];
      }
    }
  }
}
