package io.thermograd.simulator.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Computes {@link ExactNoise} by going through every example, in float64 at θ's float32 values.
 *
 * <p>Cost for n examples: 2n gradients, and n²/2 inner products of the layers' widths (not of θ's
 * length). Memory: n² doubles and a few vectors of length P.
 */
public final class NoiseEnumeration {
  private final Evaluator evaluator;

  /** Of the evaluator's network and data. */
  public NoiseEnumeration(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  /** All moments at θ. The data set must not be empty. */
  public ExactNoise at(float[] theta) {
    Curvature curvature = Curvature.at(evaluator.mlp(), evaluator.data(), theta);
    double sqnorm = 0;
    double trace = 0;
    for (LayerNoise layer : layers(curvature)) {
      sqnorm += layer.gradientSqnorm();
      trace += layer.noiseTrace();
    }
    return new ExactNoise(
        curvature.examples(),
        curvature.loss(),
        sqnorm,
        trace,
        GradientGram.at(curvature.linearisation()).traceOfSquare());
  }

  /** Each layer's part of ‖G‖² and tr Σ at θ, in the order of {@link Mlp#layers}. */
  public List<LayerNoise> layers(float[] theta) {
    return layers(Curvature.at(evaluator.mlp(), evaluator.data(), theta));
  }

  private List<LayerNoise> layers(Curvature curvature) {
    double[] mean = curvature.gradient();
    double[] squares = new double[mean.length];
    double[] gradient = new double[mean.length];
    for (int i = 0; i < curvature.examples(); i++) {
      curvature.exampleGradient(i, gradient);
      for (int p = 0; p < mean.length; p++) {
        double d = gradient[p] - mean[p];
        squares[p] += d * d;
      }
    }
    List<LayerNoise> layers = new ArrayList<>();
    for (Layer layer : evaluator.layers()) {
      double sqnorm = 0;
      double trace = 0;
      for (int p = layer.offset(); p < layer.end(); p++) {
        sqnorm += mean[p] * mean[p];
        trace += squares[p];
      }
      layers.add(new LayerNoise(layer.name(), sqnorm, trace / curvature.examples()));
    }
    return layers;
  }
}
