package io.thermograd.live;

/**
 * How much a {@link LiveStore} may hold.
 *
 * @param runs runs kept; beyond it the oldest finished one goes, then the longest silent one
 * @param attemptsPerRun newest attempts kept of a run
 * @param pointsPerAttempt insights kept of an attempt; beyond it older ones are thinned evenly.
 *     Attempts before the newest keep a quarter
 * @param pointsInTotal insights kept altogether (about 500 bytes each); beyond it the longest
 *     silent run is thinned
 * @param alertsPerRun newest alerts kept of a run
 */
public record LiveLimits(
    int runs, int attemptsPerRun, int pointsPerAttempt, int pointsInTotal, int alertsPerRun) {

  /** At most about 150 MB. */
  public static final LiveLimits DEFAULT = new LiveLimits(1_000, 8, 5_000, 250_000, 500);

  /** What is left of a run that is thinned for the sake of the total. */
  static final int FLOOR = 200;

  public LiveLimits {
    requireAtLeast("runs", runs, 1);
    requireAtLeast("attempts per run", attemptsPerRun, 1);
    requireAtLeast("points per attempt", pointsPerAttempt, 32);
    requireAtLeast("points in total", pointsInTotal, 32);
    requireAtLeast("alerts per run", alertsPerRun, 1);
  }

  private static void requireAtLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " should be at least " + least + ": was " + value);
    }
  }
}
