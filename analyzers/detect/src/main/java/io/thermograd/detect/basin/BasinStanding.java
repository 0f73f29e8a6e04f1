package io.thermograd.detect.basin;

import java.util.List;

/**
 * What is known of a run's basins at one step, for detectors. Basins are numbered from 1 in order
 * of discovery; arrays are indexed from 0 and belong to the reader.
 *
 * <p>A run that has been seen in one place only has one basin, no transition, and a model that is
 * not validated: nothing can be checked before it has come back to somewhere.
 *
 * @param current the basin that the run is in, or was last in while it is between two; 0 before the
 *     first
 * @param count of basins
 * @param validated whether the model passes its own check
 * @param enteredAt step at which the current basin's core was entered
 * @param steps spent in each basin, passages counted with the basin they began in
 * @param time spent in each basin, SGD time Σ η_eff
 * @param transitions from basin to basin, core to core
 * @param exposures the same by temperature, coldest first; their sums are the above
 */
@SuppressWarnings("ArrayRecordComponent") // a view for the next few lines of one thread
public record BasinStanding(
    int current,
    int count,
    boolean validated,
    long enteredAt,
    long[] steps,
    double[] time,
    long[][] transitions,
    List<Exposure> exposures) {

  /** Before anything is known. */
  public static final BasinStanding NONE =
      new BasinStanding(0, 0, false, 0, new long[0], new double[0], new long[0][], List.of());

  /** All at one temperature, or at none that is known. */
  public BasinStanding(
      int current,
      int count,
      boolean validated,
      long enteredAt,
      long[] steps,
      double[] time,
      long[][] transitions) {
    this(current, count, validated, enteredAt, steps, time, transitions, List.of());
  }

  /**
   * Stays and transitions while η_eff/B was within one of the intervals by which temperatures are
   * told apart, an eighth wide each way.
   *
   * @param nominal mean η_eff/B over the steps
   * @param temperature mean T = η_eff·c·tr Σ/(2·B·d_eff) over the steps in which it was known,
   *     loss; NaN where it was not in any
   * @param learningRate mean η_eff over the steps
   * @param steps spent in each basin
   * @param time spent in each basin, SGD time Σ η_eff
   * @param transitions from basin to basin that ended at this temperature
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  public record Exposure(
      double nominal,
      double temperature,
      double learningRate,
      long[] steps,
      double[] time,
      long[][] transitions) {}

  /** Transitions of all kinds. */
  public long transitionCount() {
    long sum = 0;
    for (long[] row : transitions) {
      for (long n : row) {
        sum += n;
      }
    }
    return sum;
  }

  /** Transitions out of a basin, numbered from 1. */
  public long escapes(int basin) {
    long sum = 0;
    for (long n : transitions[basin - 1]) {
      sum += n;
    }
    return sum;
  }
}
