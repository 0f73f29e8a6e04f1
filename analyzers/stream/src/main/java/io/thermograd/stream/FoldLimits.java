package io.thermograd.stream;

import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.RejectionKind;

/**
 * Bounds on what the runs of one partition may cost. Like {@link AnalysisConfig}, two workers of
 * one group must agree on them, since they decide which records are used.
 *
 * @param maxEventBytes the largest event that is decoded, in bytes
 * @param maxSilentRuns a run is forgotten once this many runs have started in its partition since
 *     its own last record
 * @param maxFinishedRuns a run that has finished loses its state, but for the fact that it has,
 *     once this many runs have started in its partition since its own last record
 */
public record FoldLimits(int maxEventBytes, int maxSilentRuns, int maxFinishedRuns) {

  public static final FoldLimits DEFAULT = new FoldLimits(1 << 20, 1024, 64);

  public FoldLimits {
    requirePositive("largest event (bytes)", maxEventBytes);
    requirePositive("silent runs kept", maxSilentRuns);
    requirePositive("finished runs kept", maxFinishedRuns);
  }

  /**
   * Returns if an event of that encoded size may be used. Whoever applies events to a {@link
   * RunFold} asks first, so that a replay uses the very events that the live path does.
   */
  public void requireEventSize(int bytes) throws InvalidEventException {
    if (bytes > maxEventBytes) {
      throw new InvalidEventException(
          RejectionKind.OVERSIZED,
          "event of "
              + bytes
              + " bytes is above the limit of "
              + maxEventBytes
              + ": lower sketch_dim or send fewer micro-batches per event");
    }
  }

  private static void requirePositive(String name, int x) {
    if (x <= 0) {
      throw new IllegalArgumentException(name + " should be positive: was " + x);
    }
  }
}
