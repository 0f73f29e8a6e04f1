package io.thermograd.live;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link KafkaTail} reads.
 *
 * @param window how far back insights and alerts are read; null for all there are
 * @param poll longest wait for records
 * @param refresh how often topics and partitions are looked up again, which also shows whether the
 *     broker is there
 * @param backoff pause after a failure
 */
public record TailOptions(
    @Nullable Duration window, Duration poll, Duration refresh, Duration backoff) {

  public static final TailOptions DEFAULT =
      new TailOptions(null, Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofMillis(500));
}
