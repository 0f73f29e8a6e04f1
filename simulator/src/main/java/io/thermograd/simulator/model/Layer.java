package io.thermograd.simulator.model;

/**
 * Where one fully connected layer lies within θ: its weights input by input (row i holds the
 * weights from input i to every output), then its biases.
 *
 * @param biases whether it has any
 */
public record Layer(String name, int offset, int inputs, int outputs, boolean biases) {

  /** Number of parameters, weights and biases. */
  public int length() {
    return (inputs + (biases ? 1 : 0)) * outputs;
  }

  /** First index behind the layer. */
  public int end() {
    return offset + length();
  }

  /** Index of the weight from input {@code i} to output 0. */
  int row(int i) {
    return offset + i * outputs;
  }

  /** Index of the first bias; the layer's end when it has none. */
  int biasOffset() {
    return row(inputs);
  }
}
