package io.thermograd.live;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RunSummary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run as it was when asked for.
 *
 * @param attempts by number; empty while only an alert is known
 * @param activity latest time of an event of this run, seconds since the Unix epoch
 * @param alerts by attempt and step
 */
record RunView(String runId, List<Attempt> attempts, double activity, List<Alert> alerts) {
  /**
   * One start of the run.
   *
   * @param summary null while only insights are known
   * @param latest the insight of the greatest step
   * @param points how many insights are held
   */
  record Attempt(int number, @Nullable RunSummary summary, @Nullable Insight latest, int points) {}

  @Nullable Attempt newest() {
    return attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
  }
}
