package io.thermograd.simulator.data;

/**
 * The wine data of the UCI repository: 178 wines of three cultivars (59, 71, 48) with 13 chemical
 * measurements, as published: see {@link Dataset#standardised}.
 *
 * <p>Source: S. Aeberhard, M. Forina, "Wine", UCI Machine Learning Repository, doi:10.24432/C5PC7J,
 * CC BY 4.0 (see wine.LICENSE.txt beside the resource).
 */
public final class Wine {
  public static final int SIZE = 178;
  public static final int FEATURES = 13;
  public static final int CLASSES = 3;

  private Wine() {}

  /** Reads the data set from the class path. */
  public static Dataset load() {
    return new Table("wine", SIZE, FEATURES, CLASSES, 1f).load();
  }
}
