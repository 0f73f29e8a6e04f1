package io.thermograd.wire;

/**
 * Something a person should know about, at the step where it was first certain.
 *
 * @param time seconds since the Unix epoch, of the step's event
 * @param kind {@code loss_growth}, {@code divergence}, {@code non_finite}, {@code lost_telemetry},
 *     …
 * @param title one sentence: what happened
 * @param evidence the numbers it was decided on
 * @param next one action
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
    String next) {

  /** The record key on {@link Topics#ALERTS}. */
  public String key() {
    return runId + "/" + attempt + "/" + step + "/" + kind;
  }
}
