package io.thermograd.simulator.model;

import io.thermograd.simulator.data.Dataset;

/**
 * Logistic regression of two classes, ℓ_i(θ) = log(1 + e^(−s_i x_i·θ)) + ½λ‖θ‖² with s = +1 for
 * class 1 and −1 for class 0. Softmax regression of more classes is an {@link Mlp} without hidden
 * layers.
 */
public final class LogisticRegression extends LinearModel {
  private final boolean[] positive;

  /**
   * @param data of two classes
   * @param penalty λ ≥ 0
   */
  public LogisticRegression(Dataset data, double penalty) {
    super(data.size(), data.features(), inputs(data), penalty);
    this.positive = new boolean[data.size()];
    for (int i = 0; i < positive.length; i++) {
      positive[i] = data.label(i) == 1;
    }
  }

  @Override
  double value(int example, double z) {
    double margin = positive[example] ? z : -z;
    // log(1 + e^−m) with an exponent that cannot overflow.
    return StrictMath.log1p(StrictMath.exp(-Math.abs(margin))) + Math.max(0, -margin);
  }

  @Override
  double slope(int example, double z) {
    return positive[example] ? -sigmoid(-z) : sigmoid(z);
  }

  @Override
  double curvature(int example, double z) {
    return sigmoid(z) * sigmoid(-z);
  }

  private static double sigmoid(double z) {
    return 1 / (1 + StrictMath.exp(-z));
  }

  private static double[] inputs(Dataset data) {
    if (data.classes() != 2) {
      throw new IllegalArgumentException(
          "classes should be 2 for logistic regression: was " + data.classes());
    }
    int d = data.features();
    float[] row = new float[d];
    double[] inputs = new double[data.size() * d];
    for (int i = 0; i < data.size(); i++) {
      data.copyInput(i, row, 0);
      for (int j = 0; j < d; j++) {
        inputs[i * d + j] = row[j];
      }
    }
    return inputs;
  }
}
