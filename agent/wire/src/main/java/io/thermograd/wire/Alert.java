package io.thermograd.wire;

import java.util.Locale;

/**
 * Something a person should know about. What lasts is one episode of its kind: an alert when it
 * opens, further ones when its severity or its evidence has changed, and one when it closes; all
 * have the same {@code openedAt}.
 *
 * @param step at which it opened, changed or closed
 * @param time seconds since the Unix epoch, of the step's event
 * @param kind {@code loss_growth}, {@code divergence}, {@code non_finite}, {@code lost_telemetry},
 *     {@code plateau}, {@code stationary}, {@code spike}, {@code transition}, {@code trapped},
 *     {@code edge_of_stability}, {@code oscillating}, …
 * @param title one sentence: what happened
 * @param evidence the numbers it was decided on
 * @param next one action
 * @param state of the episode that the alert belongs to
 * @param openedAt step at which the episode opened
 */
public record Alert(
    String runId,
    int attempt,
    long step,
    double time,
    String kind,
    Severity severity,
    String title,
    String evidence,
    String next,
    State state,
    long openedAt) {

  /** Where an episode stands. */
  public enum State {
    OPENED,
    UPDATED,
    CLOSED;

    /** The name in JSON. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One that opens an episode. */
  public Alert(
      String runId,
      int attempt,
      long step,
      double time,
      String kind,
      Severity severity,
      String title,
      String evidence,
      String next) {
    this(runId, attempt, step, time, kind, severity, title, evidence, next, State.OPENED, step);
  }

  public Alert {
    if (openedAt > step) {
      throw new IllegalArgumentException(
          "opened_at should be at most step, " + step + ": was " + openedAt);
    }
  }

  /** The record key on {@link Topics#ALERTS}. */
  public String key() {
    return runId + "/" + attempt + "/" + step + "/" + kind;
  }
}
