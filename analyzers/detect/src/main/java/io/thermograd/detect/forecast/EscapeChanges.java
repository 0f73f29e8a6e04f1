package io.thermograd.detect.forecast;

import org.jspecify.annotations.Nullable;

/**
 * Puts the learning rate that an escape needs to the test. It is the η at which the law of
 * Arrhenius, fitted to the stays so far, has a mean escape of so many steps; so when the trainer
 * sets another η or B in a basin, the same line says how long the escape takes there, before
 * anything has been seen of it:
 *
 * <pre>
 * log k = −log τ(T′), with the line's errors;  S ~ Lomax of the same mean and variance of log k.
 * </pre>
 *
 * The line being monotone, its interval of η for S steps holds the η that was set if and only if
 * its interval of τ there holds S: one score is the other. Of time only, at changes of more than a
 * tenth of η/B; a schedule's small steps say nothing. Stateless.
 */
final class EscapeChanges {
  private static final double WORTH = Math.log(1 / 0.9);

  /** Least shape of a Lomax law whose interval says something: a factor of 370 from end to end. */
  private static final double SHARP = 1;

  private static final double LONGEST = 1e15;

  private EscapeChanges() {}

  /**
   * Writes down when the run is to leave its basin after a change.
   *
   * @param before settings; none, or without a learning rate, where these are the first
   * @param line of the basin up to the change; null where it has none
   * @param pace SGD time of a step from now on
   */
  static void forecast(
      Ledger ledger,
      long step,
      Settings before,
      Settings now,
      @Nullable ArrheniusLine line,
      double pace,
      int basin) {
    if (line == null || !(before.learningRate() > 0 && pace > 0)) {
      return;
    }
    // False for NaN.
    if (Math.abs(Math.log(now.nominal() / before.nominal())) > WORTH) {
      EscapeRate rate = new TemperedRate(0, 0, line.rate());
      add(ledger, ForecastKind.ESCAPE_AFTER_CHANGE, step, rate.remaining(pace), now, basin);
    }
  }

  /** Writes a time down that is sharp enough to be due one day. */
  static void add(
      Ledger ledger,
      ForecastKind kind,
      long step,
      Predictive.Lomax time,
      Settings settings,
      int basin) {
    double longest = Math.ceil(time.quantile((1 + Ledger.LEVEL) / 2));
    if (time.shape() >= SHARP && longest < LONGEST) {
      long due = step + Math.max(1, (long) longest);
      ledger.add(new Entry(kind, step, due, time, settings, basin));
    }
  }
}
