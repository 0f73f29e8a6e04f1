package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.Ziggurat;

/**
 * Metropolis-adjusted Langevin dynamics (MALA): the step of {@link LangevinEnsemble} is a proposal
 * y, accepted with probability min(1, e^(−f(y)/T) q(x|y)/(e^(−f(x)/T) q(y|x))), where q(y|x) is the
 * density of proposing y from x; otherwise the replica stays. Its stationary law is e^(−f/T)
 * exactly, whatever the time step. Proposals with an infinite or undefined f are refused.
 *
 * <p>The time step trades the size of moves against {@link #acceptanceRate}; 0.57 is the optimum in
 * high dimension. Cost: one gradient, one value, d + 1 variates a step and replica, and one more
 * gradient and value a call of step. Not thread-safe. Source: G. Roberts, R. Tweedie,
 * doi:10.2307/3318418; section 9 of QUANTITIES.md.
 */
public final class MetropolisLangevin extends BlockedEnsemble {

  private MetropolisLangevin(double[] start, int replicas, long seed, BlockFactory factory) {
    super(start, replicas, seed, factory);
  }

  /**
   * Replicas that all begin at {@code start}.
   *
   * @param temperature T > 0, in units of f
   * @param timeStep h > 0
   */
  public static MetropolisLangevin at(
      Landscape landscape,
      double temperature,
      double timeStep,
      double[] start,
      int replicas,
      long seed) {
    Arguments.dimension("start", start.length, landscape);
    Arguments.positive("temperature", temperature);
    Arguments.positive("time step", timeStep);
    return new MetropolisLangevin(
        start,
        replicas,
        seed,
        (n, random) -> new Adjusted(landscape, temperature, timeStep, n, random));
  }

  /** Share of the proposals accepted so far; NaN before the first step. */
  public double acceptanceRate() {
    long accepted = 0;
    for (Block block : blocks()) {
      accepted += ((Adjusted) block).accepted;
    }
    return (double) accepted / steps() / replicas();
  }

  private static final class Adjusted extends LangevinBlock {
    private final double temperature;
    private final double amplitude;
    private final double[] y;
    private final double[] newGradients;
    private final double[] values;
    private final double[] newValues;
    private final double[] logRatios;
    private long accepted;

    Adjusted(
        Landscape landscape, double temperature, double timeStep, int replicas, Ziggurat random) {
      super(landscape, timeStep, replicas, random);
      this.temperature = temperature;
      this.amplitude = Math.sqrt(2 * temperature * timeStep);
      this.y = new double[x.length];
      this.newGradients = new double[x.length];
      this.values = new double[replicas];
      this.newValues = new double[replicas];
      this.logRatios = new double[replicas];
    }

    @Override
    public void advance(long firstStep, long count) {
      landscape.values(x, replicas, values); // the caller may have moved replicas
      landscape.gradients(x, replicas, gradients);
      for (long s = 0; s < count; s++) {
        propose();
        landscape.values(y, replicas, newValues);
        landscape.gradients(y, replicas, newGradients);
        compare();
        accept();
      }
    }

    private void propose() {
      random.fill(noise, 0, noise.length);
      for (int k = 0; k < x.length; k++) {
        y[k] = x[k] - timeStep * gradients[k] + amplitude * noise[k];
      }
    }

    /** Logarithm of the acceptance ratio: energies and the densities of both proposals. */
    private void compare() {
      for (int r = 0; r < replicas; r++) {
        logRatios[r] = (values[r] - newValues[r]) / temperature;
      }
      double scale = 1 / (4 * temperature * timeStep);
      for (int first = 0; first < x.length; first += replicas) {
        for (int r = 0; r < replicas; r++) {
          int k = first + r;
          double forth = amplitude * noise[k]; // y − x + h∇f(x), without the cancellation
          double back = x[k] - y[k] + timeStep * newGradients[k];
          logRatios[r] += scale * (forth * forth - back * back);
        }
      }
    }

    private void accept() {
      for (int r = 0; r < replicas; r++) {
        if (Acceptance.accepts(logRatios[r], random)) {
          accepted++;
          values[r] = newValues[r];
          for (int k = r; k < x.length; k += replicas) {
            x[k] = y[k];
            gradients[k] = newGradients[k];
          }
        }
      }
    }
  }
}
