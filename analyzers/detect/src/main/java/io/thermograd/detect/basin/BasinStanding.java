package io.thermograd.detect.basin;

import java.util.List;

/**
 * What is known of a run's basins at one step, for detectors. Basins are numbered from 1 in order
 * of discovery; arrays are indexed from 0 and belong to the reader.
 *
 * @param current the basin that the run is in, or was last in while it is between two; 0 before the
 *     first
 * @param count of basins
 * @param validated whether the model passes its own check
 * @param enteredAt step at which the current basin's core was entered
 * @param steps spent in each basin
 * @param time spent in each basin, SGD time Σ η_eff
 * @param transitions from basin to basin, core to core
 * @param temperature of the latest step, loss; NaN while unknown
 * @param temperatures times and transitions by temperature
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
    double temperature,
    List<TemperatureBin> temperatures) {

  /** Of a run whose temperature is not known. */
  public BasinStanding(
      int current,
      int count,
      boolean validated,
      long enteredAt,
      long[] steps,
      double[] time,
      long[][] transitions) {
    this(current, count, validated, enteredAt, steps, time, transitions, Double.NaN, List.of());
  }

  /** Before anything is known. */
  public static final BasinStanding NONE =
      new BasinStanding(0, 0, false, 0, new long[0], new double[0], new long[0][]);
}
