package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.landscape.Landscape;

/** ½ Σ κ_i x_i². */
record Parabola(double... curvatures) implements Landscape {

  @Override
  public String name() {
    return "parabola";
  }

  @Override
  public int dim() {
    return curvatures.length;
  }

  @Override
  public double value(double[] x) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += 0.5 * curvatures[i] * x[i] * x[i];
    }
    return sum;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    for (int i = 0; i < x.length; i++) {
      gradient[i] = curvatures[i] * x[i];
    }
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    for (int i = 0; i < x.length; i++) {
      java.util.Arrays.fill(hessian[i], 0);
      hessian[i][i] = curvatures[i];
    }
  }
}
