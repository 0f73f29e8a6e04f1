package io.thermograd.simulator.model;

import io.thermograd.simulator.data.RegressionData;

/**
 * Least squares, ℓ_i(θ) = ½(x_i·θ − y_i)² + ½λ‖θ‖²: a quadratic whose Hessian (1/n) XᵀX + λI is the
 * same everywhere and whose noise grows with the distance from the minimum.
 */
public final class LinearRegression extends LinearModel {
  private final double[] targets;

  /**
   * @param penalty λ ≥ 0
   */
  public LinearRegression(RegressionData data, double penalty) {
    super(data.size(), data.features(), inputs(data), penalty);
    this.targets = new double[data.size()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = data.target(i);
    }
  }

  @Override
  double value(int example, double z) {
    double residual = z - targets[example];
    return 0.5 * residual * residual;
  }

  @Override
  double slope(int example, double z) {
    return z - targets[example];
  }

  @Override
  double curvature(int example, double z) {
    return 1;
  }

  private static double[] inputs(RegressionData data) {
    double[] inputs = new double[data.size() * data.features()];
    for (int i = 0; i < data.size(); i++) {
      data.copyInput(i, inputs, i * data.features());
    }
    return inputs;
  }
}
