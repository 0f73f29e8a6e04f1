package io.thermograd.wire;

/**
 * How good a run's past forecasts of one kind were.
 *
 * @param scored forecasts whose step has come
 * @param covered those whose interval held what came
 * @param level share that the intervals should hold, for example 0.9
 * @param meanLogScore mean of log p(what came), nats; NaN before the first
 */
public record ForecastScore(long scored, long covered, double level, double meanLogScore) {
  public ForecastScore {
    if (covered < 0 || covered > scored) {
      throw new IllegalArgumentException(
          "covered should be between 0 and " + scored + ": was " + covered);
    }
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("level should be between 0 and 1: was " + level);
    }
  }
}
