package io.thermograd.simulator.model;

/**
 * Where one fully connected layer lies within θ: its weights input by input (row i holds the
 * weights from input i to every output), then its biases.
 */
public record Layer(String name, int offset, int inputs, int outputs) {

  /** Number of parameters, weights and biases. */
  public int length() {
    return (inputs + 1) * outputs;
  }

  /** First index behind the layer. */
  public int end() {
    return offset + length();
  }

  /** Index of the weight from input {@code i} to output 0. */
  int row(int i) {
    return offset + i * outputs;
  }

  int biasOffset() {
    return row(inputs);
  }
}
