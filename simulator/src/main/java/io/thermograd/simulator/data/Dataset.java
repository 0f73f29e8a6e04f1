package io.thermograd.simulator.data;

import java.util.Arrays;

/**
 * Labelled examples for classification: n rows of float32 features and a class each. Immutable, so
 * any thread may read it.
 */
public final class Dataset {
  private final String name;
  private final int features;
  private final int classes;
  private final float[] inputs;
  private final int[] labels;

  /**
   * Copies the arrays.
   *
   * @param inputs row by row, n·features finite values
   * @param labels n classes, each in {0, …, classes − 1}
   */
  public Dataset(String name, int features, int classes, float[] inputs, int[] labels) {
    if (features < 1) {
      throw new IllegalArgumentException("features should be at least 1: was " + features);
    }
    if (classes < 2) {
      throw new IllegalArgumentException("classes should be at least 2: was " + classes);
    }
    if ((long) labels.length * features != inputs.length) {
      throw new IllegalArgumentException(
          "inputs should hold %d x %d values: had %d"
              .formatted(labels.length, features, inputs.length));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            "label of example %d should be in 0..%d: was %d".formatted(i, classes - 1, labels[i]));
      }
    }
    for (int i = 0; i < inputs.length; i++) {
      if (!Float.isFinite(inputs[i])) {
        throw new IllegalArgumentException(
            "feature %d of example %d should be finite: was %s"
                .formatted(i % features, i / features, inputs[i]));
      }
    }
    this.name = name;
    this.features = features;
    this.classes = classes;
    this.inputs = inputs.clone();
    this.labels = labels.clone();
  }

  public String name() {
    return name;
  }

  /** Number of examples, n. */
  public int size() {
    return labels.length;
  }

  /** Values per example. */
  public int features() {
    return features;
  }

  public int classes() {
    return classes;
  }

  /** Class of one example. */
  public int label(int example) {
    return labels[example];
  }

  /** Writes one example's features to {@code target} from {@code offset} on. */
  public void copyInput(int example, float[] target, int offset) {
    System.arraycopy(inputs, example * features, target, offset, features);
  }

  /** The chosen examples in the given order; an index may occur twice. */
  public Dataset select(int... examples) {
    float[] chosen = new float[examples.length * features];
    int[] chosenLabels = new int[examples.length];
    for (int row = 0; row < examples.length; row++) {
      copyInput(examples[row], chosen, row * features);
      chosenLabels[row] = labels[examples[row]];
    }
    return new Dataset(name, features, classes, chosen, chosenLabels);
  }

  /**
   * The same examples with every feature's mean 0 and variance 1 (over these n examples, divisor n;
   * computed in float64). A feature that is the same in all of them becomes 0.
   */
  public Dataset standardised() {
    float[] scaled = new float[inputs.length];
    for (int j = 0; j < features; j++) {
      double mean = 0;
      for (int i = j; i < inputs.length; i += features) {
        mean += inputs[i];
      }
      mean /= labels.length;
      double squares = 0;
      for (int i = j; i < inputs.length; i += features) {
        squares += (inputs[i] - mean) * (inputs[i] - mean);
      }
      double sd = Math.sqrt(squares / labels.length);
      for (int i = j; i < inputs.length; i += features) {
        scaled[i] = sd == 0 ? 0f : (float) ((inputs[i] - mean) / sd);
      }
    }
    return new Dataset(name, features, classes, scaled, labels);
  }

  /** The same examples with a last feature that is always 1, for models without biases. */
  public Dataset withBias() {
    float[] wider = new float[labels.length * (features + 1)];
    for (int i = 0; i < labels.length; i++) {
      copyInput(i, wider, i * (features + 1));
      wider[i * (features + 1) + features] = 1f;
    }
    return new Dataset(name, features + 1, classes, wider, labels);
  }

  /** The same examples with other labels, one each. */
  public Dataset withLabels(int... newLabels) {
    return new Dataset(name, features, classes, inputs, newLabels);
  }

  /** The same examples with features {@code from … to−1} only. */
  public Dataset features(int from, int to) {
    if (from < 0 || to > features || from >= to) {
      throw new IllegalArgumentException(
          "features should be a part of 0..%d: were %d..%d".formatted(features, from, to));
    }
    float[] narrow = new float[labels.length * (to - from)];
    for (int i = 0; i < labels.length; i++) {
      System.arraycopy(inputs, i * features + from, narrow, i * (to - from), to - from);
    }
    return new Dataset(name, to - from, classes, narrow, labels);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Dataset that
        && name.equals(that.name)
        && features == that.features
        && classes == that.classes
        && Arrays.equals(inputs, that.inputs)
        && Arrays.equals(labels, that.labels);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(inputs) + Arrays.hashCode(labels);
  }

  @Override
  public String toString() {
    return "%s (%d examples, %d features, %d classes)".formatted(name, size(), features, classes);
  }
}
