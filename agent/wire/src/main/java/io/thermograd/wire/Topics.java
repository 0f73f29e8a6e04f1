package io.thermograd.wire;

/**
 * The Kafka topics of the path, in the order a step meets them. Steps, snapshots, insights and
 * alerts have equally many partitions: everything about one run has one partition number.
 */
public final class Topics {
  /** Events, keyed by run id. The truth: an analyzer's state is a fold over it. */
  public static final String STEPS = "thermograd.steps";

  /**
   * Run states keyed by {@code writer/run}, compacted: written by analyzers, read back after a
   * crash.
   */
  public static final String SNAPSHOTS = "thermograd.snapshots";

  /** {@link RunSummary} JSON keyed by {@code run/attempt}, compacted: the directory of runs. */
  public static final String RUNS = "thermograd.runs";

  /** {@link Insight} JSON keyed by {@code run/attempt/step}. */
  public static final String INSIGHTS = "thermograd.insights";

  /** {@link Alert} JSON keyed by {@code run/attempt/step/kind}. */
  public static final String ALERTS = "thermograd.alerts";

  /** Records that could not be used, as they came, with the reason in their headers. */
  public static final String DEAD_LETTERS = "thermograd.dead-letters";

  private Topics() {}
}
