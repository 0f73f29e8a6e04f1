package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.Ensemble;

/**
 * Follows replicas on a line with wells: which well's bottom each has passed last, when it first
 * passed another than its first, how its loss varies, and how an observable forgets.
 */
final class Trajectories {
  private static final int LOSS_EVERY = 25; // looks

  private final Ensemble ensemble;
  private final MetastableLine line;
  private final double[] minima;
  private final int[] last;
  private final boolean[] gone;
  private final double[] losses;
  private long hops;
  private int left;
  private double stepsBeforeLeaving;
  private final RunningVariance loss = new RunningVariance();
  private double squaredChanges;
  private long changes;

  Trajectories(Ensemble ensemble, MetastableLine line) {
    this.ensemble = ensemble;
    this.line = line;
    this.minima = line.minima();
    this.last = new int[ensemble.replicas()];
    this.gone = new boolean[last.length];
    this.losses = new double[last.length];
    for (int r = 0; r < last.length; r++) {
      last[r] = nearest(ensemble.positions()[r]);
    }
  }

  /**
   * Runs on. The loss is looked at in the second half.
   *
   * @param every steps between looks
   * @param observable values on the line's cells
   * @param lag steps, a multiple of {@code every}, between which its changes are taken
   */
  void run(int steps, int every, double[] observable, int lag) {
    double[] before = ensemble.positions().clone();
    for (int s = every, look = 1; s <= steps; s += every, look++) {
      ensemble.step(every);
      look(every);
      if (s > steps / 2 && look % LOSS_EVERY == 0) {
        line.loss().values(ensemble.positions(), last.length, losses);
        for (double value : losses) {
          loss.accept(value);
        }
      }
      if (s % lag == 0) {
        change(before, observable);
        System.arraycopy(ensemble.positions(), 0, before, 0, before.length);
      }
    }
  }

  /** Passages from one well's bottom to another's, all replicas together. */
  long hops() {
    return hops;
  }

  /** Replicas that have passed another bottom than their first. */
  int left() {
    return left;
  }

  /** Steps before that, over all replicas; those that never did count in full. */
  double stepsBeforeLeaving() {
    return stepsBeforeLeaving;
  }

  double lossVariance() {
    return loss.variance();
  }

  /** Mean of (φ(x_{t+lag}) − φ(x_t))². */
  double squaredChange() {
    return squaredChanges / changes;
  }

  private void look(int every) {
    double[] x = ensemble.positions();
    for (int r = 0; r < last.length; r++) {
      if (!gone[r]) {
        stepsBeforeLeaving += every;
      }
      // From the bottom passed last to the farthest one passed since.
      int well = last[r];
      while (well + 1 < minima.length && x[r] >= minima[well + 1]) {
        well++;
      }
      while (well > 0 && x[r] <= minima[well - 1]) {
        well--;
      }
      if (well != last[r]) {
        hops += Math.abs(well - last[r]);
        last[r] = well;
        if (!gone[r]) {
          gone[r] = true;
          left++;
        }
      }
    }
  }

  private void change(double[] before, double[] observable) {
    double[] x = ensemble.positions();
    for (int r = 0; r < last.length; r++) {
      double d = observable[line.axis().cell(x[r])] - observable[line.axis().cell(before[r])];
      squaredChanges += d * d;
      changes++;
    }
  }

  private int nearest(double x) {
    int best = 0;
    for (int w = 1; w < minima.length; w++) {
      if (Math.abs(x - minima[w]) < Math.abs(x - minima[best])) {
        best = w;
      }
    }
    return best;
  }
}
