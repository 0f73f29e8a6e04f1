package io.thermograd.wire;

/**
 * How good a run's past forecasts of one kind were.
 *
 * @param scored forecasts whose step has come
 * @param covered those whose interval held what came
 * @param level share that the intervals should hold, for example 0.9
 * @param meanLogScore mean of log p(what came), nats; NaN before the first
 * @param voided forecasts that what they rested on ended for before they were due
 */
public record ForecastScore(
    long scored, long covered, double level, double meanLogScore, long voided) {

  /** Of forecasts none of which became void. */
  public ForecastScore(long scored, long covered, double level, double meanLogScore) {
    this(scored, covered, level, meanLogScore, 0);
  }

  public ForecastScore {
    if (voided < 0) {
      throw new IllegalArgumentException("voided should not be negative: was " + voided);
    }
    if (covered < 0 || covered > scored) {
      throw new IllegalArgumentException(
          "covered should be between 0 and " + scored + ": was " + covered);
    }
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("level should be between 0 and 1: was " + level);
    }
  }
}
