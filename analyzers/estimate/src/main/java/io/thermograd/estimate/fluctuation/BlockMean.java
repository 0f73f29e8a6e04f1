package io.thermograd.estimate.fluctuation;

import io.thermograd.estimate.numeric.StudentT;
import java.util.function.ToDoubleFunction;

/**
 * Mean over blocks of a number that each has, with its standard error from their scatter.
 *
 * @param error standard error
 * @param factor of a 95 % interval, Student's t
 */
record BlockMean(double value, double error, double factor) {

  static BlockMean of(Blocks blocks, ToDoubleFunction<Moments> number) {
    int n = blocks.count();
    double[] x = new double[n];
    double mean = 0;
    for (int i = 0; i < n; i++) {
      x[i] = number.applyAsDouble(blocks.get(i));
      mean += x[i] / n;
    }
    double square = 0;
    for (double v : x) {
      square += (v - mean) * (v - mean);
    }
    return new BlockMean(
        mean, Math.sqrt(square / (n - 1) / n), StudentT.quantile975(Math.max(1, n - 1)));
  }

  /** With another, independent error. */
  BlockMean withError(double more) {
    return new BlockMean(value, Math.hypot(error, more), factor);
  }

  BlockMean divided(double by) {
    return new BlockMean(value / by, error / by, factor);
  }

  /** Relative standard error. */
  double relative() {
    return error / Math.abs(value);
  }
}
