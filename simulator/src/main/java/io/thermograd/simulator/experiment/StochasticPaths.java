package io.thermograd.simulator.experiment;

import io.thermograd.simulator.random.Ziggurat;
import java.util.function.DoubleUnaryOperator;

/**
 * Paths of dx = a(x) dt + b(x) dW (Itô) over unit time with steps 1/n, n = 2^k … 1, all driven by
 * the same Brownian path, so that their differences are errors of the scheme alone.
 */
final class StochasticPaths {
  private final DoubleUnaryOperator drift;
  private final DoubleUnaryOperator noise;
  private final DoubleUnaryOperator noiseSlope;
  private final double start;

  StochasticPaths(
      DoubleUnaryOperator drift,
      DoubleUnaryOperator noise,
      DoubleUnaryOperator noiseSlope,
      double start) {
    this.drift = drift;
    this.noise = noise;
    this.noiseSlope = noiseSlope;
    this.start = start;
  }

  /** Increments of W over 2^levels equal parts of the unit of time. */
  static double[] increments(int levels, Ziggurat random) {
    double[] dw = new double[1 << levels];
    random.fill(dw, 0, dw.length);
    double scale = Math.sqrt(1.0 / dw.length);
    for (int i = 0; i < dw.length; i++) {
      dw[i] *= scale;
    }
    return dw;
  }

  /** Euler–Maruyama's x(1) with 2^level steps. */
  double euler(double[] dw, int level) {
    return end(dw, level, false);
  }

  /** Milstein's: ½bb′(ΔW² − h) more a step. */
  double milstein(double[] dw, int level) {
    return end(dw, level, true);
  }

  private double end(double[] dw, int level, boolean milstein) {
    int steps = 1 << level;
    int stride = dw.length / steps;
    double h = 1.0 / steps;
    double x = start;
    for (int s = 0; s < steps; s++) {
      double w = 0;
      for (int i = s * stride; i < (s + 1) * stride; i++) {
        w += dw[i];
      }
      double b = noise.applyAsDouble(x);
      double next = x + drift.applyAsDouble(x) * h + b * w;
      x = milstein ? next + 0.5 * b * noiseSlope.applyAsDouble(x) * (w * w - h) : next;
    }
    return x;
  }
}
