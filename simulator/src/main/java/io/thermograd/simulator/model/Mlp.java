package io.thermograd.simulator.model;

import io.thermograd.simulator.random.SplitMix64;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A multi-layer perceptron for classification. This is its shape only; the parameters θ are one
 * flat float32 vector that the caller owns, laid out layer by layer as {@link Layer} says. {@link
 * Evaluator} computes losses and gradients, {@link Curvature} second derivatives. Immutable.
 *
 * <p>Without hidden layers it is softmax regression; with {@link Activation#LINEAR} a deep linear
 * network.
 *
 * @param activation of the hidden layers
 * @param widths inputs, hidden layers, classes; at least inputs and classes
 * @param loss of the outputs
 * @param biases whether the layers have any
 */
public record Mlp(Activation activation, List<Integer> widths, Loss loss, boolean biases) {
  private static final long PURPOSE = 0x494E4954L;

  public Mlp {
    widths = List.copyOf(widths);
    if (widths.size() < 2) {
      throw new IllegalArgumentException(
          "widths should name at least inputs and classes: were " + widths);
    }
    long parameters = 0;
    for (int i = 0; i < widths.size(); i++) {
      if (widths.get(i) < 1) {
        throw new IllegalArgumentException("widths should be positive: were " + widths);
      }
      if (i > 0) {
        parameters += (widths.get(i - 1) + (biases ? 1L : 0L)) * widths.get(i);
      }
    }
    if (parameters > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "widths should give fewer than 2^31 parameters: gave " + parameters);
    }
  }

  /** With softmax cross-entropy and biases. */
  public Mlp(Activation activation, List<Integer> widths) {
    this(activation, widths, Loss.CROSS_ENTROPY, true);
  }

  public static Mlp relu(Integer... widths) {
    return new Mlp(Activation.RELU, List.of(widths));
  }

  public static Mlp tanh(Integer... widths) {
    return new Mlp(Activation.TANH, List.of(widths));
  }

  public static Mlp linear(Integer... widths) {
    return new Mlp(Activation.LINEAR, List.of(widths));
  }

  /** The same network with another loss. */
  public Mlp withLoss(Loss newLoss) {
    return new Mlp(activation, widths, newLoss, biases);
  }

  /** The same network without biases. */
  public Mlp withoutBiases() {
    return new Mlp(activation, widths, loss, false);
  }

  /** Layers from the inputs to the classes: hidden1, hidden2, …, output. */
  public List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    int offset = 0;
    for (int l = 1; l < widths.size(); l++) {
      String name = l == widths.size() - 1 ? "output" : "hidden" + l;
      Layer layer = new Layer(name, offset, widths.get(l - 1), widths.get(l), biases);
      layers.add(layer);
      offset = layer.end();
    }
    return layers;
  }

  public int inputs() {
    return widths.get(0);
  }

  public int classes() {
    return widths.get(widths.size() - 1);
  }

  /** P, the length of θ. */
  public int parameterCount() {
    List<Layer> layers = layers();
    return layers.get(layers.size() - 1).end();
  }

  /**
   * A start for training: Gaussian weights of variance 2/inputs for ReLU, 1/inputs for the others
   * and for the output layer; biases 0.
   *
   * <p>Source: K. He et al., "Delving deep into rectifiers", ICCV 2015, arXiv:1502.01852.
   */
  public float[] initialise(long seed) {
    SplitMix64 random = SplitMix64.stream(seed, PURPOSE);
    float[] theta = new float[parameterCount()];
    for (Layer layer : layers()) {
      boolean hidden = layer.end() < theta.length;
      double variance = hidden ? activation.initialVariance(layer.inputs()) : 1.0 / layer.inputs();
      double sd = StrictMath.sqrt(variance);
      for (int i = layer.offset(); i < layer.biasOffset(); i++) {
        theta[i] = (float) (sd * random.nextGaussian());
      }
    }
    return theta;
  }

  /** The widths as people write them, for example {@code 64-128-10}. */
  public String shape() {
    return widths.stream().map(String::valueOf).collect(Collectors.joining("-"));
  }
}
