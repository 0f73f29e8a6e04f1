package io.thermograd.simulator.data;

/**
 * Examples with a real target each: n rows of float64 features. Immutable, so any thread may read
 * it.
 */
public final class RegressionData {
  private final String name;
  private final int features;
  private final double[] inputs;
  private final double[] targets;

  /**
   * Copies the arrays.
   *
   * @param inputs row by row, n·features finite values
   * @param targets n finite values
   */
  public RegressionData(String name, int features, double[] inputs, double[] targets) {
    if (features < 1) {
      throw new IllegalArgumentException("features should be at least 1: was " + features);
    }
    if ((long) targets.length * features != inputs.length) {
      throw new IllegalArgumentException(
          "inputs should hold %d x %d values: had %d"
              .formatted(targets.length, features, inputs.length));
    }
    for (int i = 0; i < inputs.length; i++) {
      if (!Double.isFinite(inputs[i])) {
        throw new IllegalArgumentException(
            "feature %d of example %d should be finite: was %s"
                .formatted(i % features, i / features, inputs[i]));
      }
    }
    for (int i = 0; i < targets.length; i++) {
      if (!Double.isFinite(targets[i])) {
        throw new IllegalArgumentException(
            "target of example %d should be finite: was %s".formatted(i, targets[i]));
      }
    }
    this.name = name;
    this.features = features;
    this.inputs = inputs.clone();
    this.targets = targets.clone();
  }

  public String name() {
    return name;
  }

  /** Number of examples, n. */
  public int size() {
    return targets.length;
  }

  /** Values per example. */
  public int features() {
    return features;
  }

  /** Target of one example. */
  public double target(int example) {
    return targets[example];
  }

  /** Writes one example's features to {@code target} from {@code offset} on. */
  public void copyInput(int example, double[] target, int offset) {
    System.arraycopy(inputs, example * features, target, offset, features);
  }

  /** The same examples with a last feature that is always 1. */
  public RegressionData withBias() {
    double[] wider = new double[targets.length * (features + 1)];
    for (int i = 0; i < targets.length; i++) {
      copyInput(i, wider, i * (features + 1));
      wider[i * (features + 1) + features] = 1;
    }
    return new RegressionData(name, features + 1, wider, targets);
  }

  @Override
  public String toString() {
    return "%s (%d examples, %d features)".formatted(name, size(), features);
  }
}
