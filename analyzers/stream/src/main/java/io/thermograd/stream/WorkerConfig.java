package io.thermograd.stream;

import java.time.Duration;

/**
 * How a worker works; none of it changes what it concludes.
 *
 * @param snapshotEvery how often dirty runs are written and offsets committed: what is read again
 *     after a crash
 * @param liveEvery how often at most a run's live values are published
 * @param runTtl a run without a record for this long is not live any more
 * @param backoff the pause before the first restart; doubles up to {@code maxBackoff}
 */
public record WorkerConfig(
    Duration snapshotEvery,
    Duration liveEvery,
    Duration runTtl,
    Duration backoff,
    Duration maxBackoff) {

  public static final WorkerConfig DEFAULT =
      new WorkerConfig(
          Duration.ofSeconds(3),
          Duration.ofMillis(150),
          Duration.ofMinutes(10),
          Duration.ofMillis(500),
          Duration.ofSeconds(30));

  public WorkerConfig {
    requirePositive("snapshot every", snapshotEvery);
    requirePositive("live every", liveEvery);
    requirePositive("run ttl", runTtl);
    requirePositive("back-off", backoff);
    requirePositive("longest back-off", maxBackoff);
  }

  private static void requirePositive(String name, Duration d) {
    if (d.isNegative() || d.toMillis() == 0) {
      throw new IllegalArgumentException(name + " should be at least 1 ms: was " + d);
    }
  }
}
