package io.thermograd.simulator.dynamics;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Times at which replicas enter a region, in steps.
 *
 * <p>Replicas are looked at every {@code every} steps and a passage is dated at the look that finds
 * the replica inside. There is no correction within the interval: dates are late by up to {@code
 * every} steps, and a visit that ends between two looks is missed. Neither matters where the region
 * holds its visitors, as the core of a well does; a boundary that replicas only graze wants {@code
 * every} = 1 and, at a step's spread s, moves away by 0.5826·s in effect
 * (doi:10.1111/1467-9965.00035).
 */
public final class FirstPassage {
  private FirstPassage() {}

  /** A set of points. */
  @FunctionalInterface
  public interface Region {

    /** Whether replica r is inside; its coordinate i is {@code x[i·replicas + r]}. */
    boolean contains(double[] x, int replicas, int r);

    /** The closed ball. */
    static Region ball(double[] centre, double radius) {
      double[] c = centre.clone();
      double square = Arguments.positive("radius", radius) * radius;
      return (x, replicas, r) -> {
        double sum = 0;
        for (int i = 0; i < c.length; i++) {
          double off = x[i * replicas + r] - c[i];
          sum += off * off;
        }
        return sum <= square;
      };
    }
  }

  /**
   * What was seen.
   *
   * @param times steps of every completed passage, in the order of completion, ties by replica
   * @param exposure steps under observation, summed over replicas: with {@code times.length} it
   *     gives the rate even where observation was cut off
   * @param censored replicas that were still on their way when observation ended
   */
  @SuppressWarnings("ArrayRecordComponent") // data to average, never compared
  public record Passages(double[] times, double exposure, int censored) {

    /** Maximum-likelihood mean of exponential times: exposure over passages; infinite for none. */
    public double mean() {
      return exposure / times.length;
    }
  }

  /**
   * Runs until every replica has entered once, or for {@code longest} steps. A replica that has
   * entered is not observed further, though it is still moved.
   *
   * @param every steps between looks, at least 1
   */
  public static Passages once(Ensemble ensemble, Region region, long every, long longest) {
    requireSteps(every, longest);
    int replicas = ensemble.replicas();
    int[] active = new int[replicas];
    Arrays.setAll(active, r -> r);
    int left = replicas;
    double[] times = new double[replicas];
    int done = 0;
    double exposure = 0;
    for (long t = 0; t < longest && left > 0; ) {
      long taken = Math.min(every, longest - t);
      ensemble.step(taken);
      t += taken;
      exposure += (double) taken * left;
      int kept = 0;
      double[] x = ensemble.positions();
      for (int a = 0; a < left; a++) {
        if (region.contains(x, replicas, active[a])) {
          times[done++] = t;
        } else {
          active[kept++] = active[a];
        }
      }
      left = kept;
    }
    return new Passages(Arrays.copyOf(times, done), exposure, left);
  }

  /**
   * Restarts every replica that enters and runs until {@code events} passages were seen in all, or
   * for {@code longest} steps. The mean of the result is right for exponential times, where it does
   * not matter that observation ends; the times alone favour the short ones.
   *
   * @param restart puts the replica with the given number back to its beginning
   */
  public static Passages repeated(
      Ensemble ensemble, Region region, IntConsumer restart, long every, int events, long longest) {
    requireSteps(every, longest);
    if (events < 1) {
      throw new IllegalArgumentException("events should be at least 1: were " + events);
    }
    int replicas = ensemble.replicas();
    long[] since = new long[replicas];
    double[] times = new double[Math.addExact(events, replicas)];
    int done = 0;
    long t = 0;
    while (t < longest && done < events) {
      long taken = Math.min(every, longest - t);
      ensemble.step(taken);
      t += taken;
      double[] x = ensemble.positions();
      for (int r = 0; r < replicas; r++) {
        if (region.contains(x, replicas, r)) {
          times[done++] = t - since[r];
          since[r] = t;
          restart.accept(r);
        }
      }
    }
    return new Passages(Arrays.copyOf(times, done), (double) t * replicas, replicas);
  }

  /** Puts a replica of the ensemble at {@code start}. */
  public static IntConsumer restartAt(Ensemble ensemble, double[] start) {
    double[] s = start.clone();
    return r -> {
      double[] x = ensemble.positions();
      for (int i = 0; i < s.length; i++) {
        x[i * ensemble.replicas() + r] = s[i];
      }
    };
  }

  private static void requireSteps(long every, long longest) {
    if (every < 1) {
      throw new IllegalArgumentException("steps between looks should be at least 1: were " + every);
    }
    if (longest < 1) {
      throw new IllegalArgumentException("longest should be at least 1: was " + longest);
    }
  }
}
