package io.thermograd.simulator.data;

import io.thermograd.simulator.random.SplitMix64;

/**
 * Classification problems made by seed. In blobs and spirals the classes take turns, so that they
 * are of equal size up to one example.
 */
public final class Synthetic {
  private static final long BLOBS = 0x424C4F4253L;
  private static final long SPIRALS = 0x5350495241L;
  private static final long TEACHER = 0x5445414348L;

  private Synthetic() {}

  /**
   * One spherical Gaussian of variance 1 a class, its centre drawn from N(0, separation²·I).
   *
   * @param separation ≥ 0; 0 makes the classes indistinguishable
   */
  public static Dataset blobs(int n, int features, int classes, double separation, long seed) {
    requireSizes(n, features, classes);
    requireNonNegative("separation", separation);
    SplitMix64 random = SplitMix64.stream(seed, BLOBS);
    double[] centres = new double[classes * features];
    for (int j = 0; j < centres.length; j++) {
      centres[j] = separation * random.nextGaussian();
    }
    float[] inputs = new float[n * features];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % classes;
      for (int j = 0; j < features; j++) {
        inputs[i * features + j] =
            (float) (centres[labels[i] * features + j] + random.nextGaussian());
      }
    }
    return new Dataset("blobs", features, classes, inputs, labels);
  }

  /**
   * Two interleaved Archimedean spirals in the plane, r = φ/(3π) for φ from 0 to 3π, the second one
   * turned by π, with Gaussian noise on both coordinates. Neighbouring arms are 1/3 apart.
   *
   * @param noise standard deviation ≥ 0
   */
  public static Dataset spirals(int n, double noise, long seed) {
    requireSizes(n, 2, 2);
    requireNonNegative("noise", noise);
    SplitMix64 random = SplitMix64.stream(seed, SPIRALS);
    float[] inputs = new float[2 * n];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % 2;
      // √u, because equal lengths of the curve, not equal angles, shall hold equally many points.
      double radius = Math.sqrt(random.nextDouble());
      double angle = 3 * Math.PI * radius + labels[i] * Math.PI;
      inputs[2 * i] = (float) (radius * StrictMath.cos(angle) + noise * random.nextGaussian());
      inputs[2 * i + 1] = (float) (radius * StrictMath.sin(angle) + noise * random.nextGaussian());
    }
    return new Dataset("spirals", 2, 2, inputs, labels);
  }

  /**
   * Standard normal inputs, labelled by the largest output of a random network with one hidden tanh
   * layer: weights N(0, 1/inputs) into it and N(0, 1/hidden) out of it, no biases.
   */
  public static Dataset teacher(int n, int features, int hidden, int classes, long seed) {
    requireSizes(n, features, classes);
    if (hidden < 1) {
      throw new IllegalArgumentException("hidden should be at least 1: was " + hidden);
    }
    SplitMix64 random = SplitMix64.stream(seed, TEACHER);
    double[] first = gaussians(random, hidden * features);
    double[] second = gaussians(random, classes * hidden);
    float[] inputs = new float[n * features];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      double[] outputs = new double[classes];
      for (int j = 0; j < features; j++) {
        inputs[i * features + j] = (float) random.nextGaussian();
      }
      for (int h = 0; h < hidden; h++) {
        double z = 0;
        for (int j = 0; j < features; j++) {
          z += first[h * features + j] * inputs[i * features + j];
        }
        double unit = StrictMath.tanh(z / Math.sqrt(features));
        for (int k = 0; k < classes; k++) {
          outputs[k] += second[k * hidden + h] * unit;
        }
      }
      for (int k = 1; k < classes; k++) {
        labels[i] = outputs[k] > outputs[labels[i]] ? k : labels[i];
      }
    }
    return new Dataset("teacher", features, classes, inputs, labels);
  }

  private static double[] gaussians(SplitMix64 random, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }

  private static void requireSizes(int n, int features, int classes) {
    if (n < 0) {
      throw new IllegalArgumentException("n should be at least 0: was " + n);
    }
    if (features < 1) {
      throw new IllegalArgumentException("features should be at least 1: was " + features);
    }
    if (classes < 2) {
      throw new IllegalArgumentException("classes should be at least 2: was " + classes);
    }
  }

  private static void requireNonNegative(String name, double x) {
    if (!(x >= 0 && x < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " should be finite and not negative: was " + x);
    }
  }
}
