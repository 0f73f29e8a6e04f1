package io.thermograd.simulator.model;

import io.thermograd.simulator.data.Dataset;

/** The loss once more: in float64, one example at a time, straight from the definition. */
final class SlowMlp {
  private SlowMlp() {}

  static double loss(Mlp mlp, Dataset data, double[] theta, int example) {
    float[] input = new float[data.features()];
    data.copyInput(example, input, 0);
    double[] x = new double[input.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = input[i];
    }
    int at = 0;
    for (int l = 1; l < mlp.widths().size(); l++) {
      int in = mlp.widths().get(l - 1);
      int out = mlp.widths().get(l);
      double[] z = new double[out];
      for (int j = 0; j < out; j++) {
        z[j] = mlp.biases() ? theta[at + in * out + j] : 0;
        for (int i = 0; i < in; i++) {
          z[j] += x[i] * theta[at + i * out + j];
        }
        if (l < mlp.widths().size() - 1) {
          z[j] =
              switch (mlp.activation()) {
                case RELU -> Math.max(0, z[j]);
                case TANH -> Math.tanh(z[j]);
                case LINEAR -> z[j];
              };
        }
      }
      at += (mlp.biases() ? in + 1 : in) * out;
      x = z;
    }
    if (mlp.loss() == Loss.SQUARED) {
      double squares = 0;
      for (int k = 0; k < x.length; k++) {
        squares += Math.pow(k == data.label(example) ? x[k] - 1 : x[k], 2);
      }
      return squares / 2;
    }
    double total = 0;
    for (double z : x) {
      total += Math.exp(z - x[data.label(example)]);
    }
    return Math.log(total);
  }

  static double[] widen(float[] theta) {
    double[] wide = new double[theta.length];
    for (int p = 0; p < wide.length; p++) {
      wide[p] = theta[p];
    }
    return wide;
  }
}
