package io.thermograd.simulator.train;

import io.thermograd.wire.proto.RunStarted;

/** How the examples of a step are drawn. */
public enum SamplingScheme {
  /** Every example independently and uniformly: one may occur twice in a step. */
  WITH_REPLACEMENT(RunStarted.Sampling.WITH_REPLACEMENT),

  /**
   * In shuffled epochs: the B examples of a step are distinct. When fewer than B examples of an
   * epoch are left, they are skipped and the next epoch begins with a new shuffle, so that every
   * single step is a uniform draw of B distinct examples out of n.
   */
  WITHOUT_REPLACEMENT(RunStarted.Sampling.WITHOUT_REPLACEMENT);

  private final RunStarted.Sampling wire;

  SamplingScheme(RunStarted.Sampling wire) {
    this.wire = wire;
  }

  /** The name in the schema. */
  public RunStarted.Sampling wire() {
    return wire;
  }
}
