package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.ForgettingMean;
import io.thermograd.estimate.numeric.ForgettingMean.Dependence;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Excess kurtosis of the gradient noise along fixed random directions d of ±1: with y = ⟨e, d⟩ over
 * the running scale of ‖e‖, Σ_d E y⁴ / Σ_d (E y²)² − 3. 0 for normal noise, whatever its
 * covariance; not bounded where the tail index is below 4. Interval by the delta method.
 *
 * <p>O(k) a contrast. The directions come from a fixed seed and are no part of the state. One owner
 * thread.
 */
final class NoiseKurtosis {
  private static final int DIRECTIONS = 4;
  private static final int NEEDED = 50;
  private static final double NORMAL = 3;

  /** Excess beyond which noise counts as far from normal: that of Student's t with 10 degrees. */
  private static final double LARGE = 1;

  private static final String METHOD = "fixed_directions";

  private final SketchMath math;
  private final ForgettingMean means;
  private final double[] sample = new double[1 + DIRECTIONS];
  private float[][] directions = new float[0][];

  NoiseKurtosis(double halfLife, SketchMath math) {
    this.math = math;
    this.means = new ForgettingMean(1 + DIRECTIONS, halfLife, Dependence.INDEPENDENT);
  }

  /**
   * Adds a step's contrasts.
   *
   * @param scale what to divide them by, from other steps; NaN to leave the step out
   */
  void accept(float[][] contrasts, double scale) {
    if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
      return;
    }
    if (directions.length == 0 || directions[0].length != contrasts[0].length) {
      directions = signs(contrasts[0].length);
    }
    double share = 1.0 / contrasts.length;
    java.util.Arrays.fill(sample, 0);
    for (float[] contrast : contrasts) {
      for (int d = 0; d < DIRECTIONS; d++) {
        double y = math.dot(contrast, directions[d]) / scale;
        sample[0] += share * (y * y) * (y * y);
        sample[1 + d] += share * y * y;
      }
    }
    means.accept(sample);
  }

  /** splitmix64's bits (Steele, Lea, Flood 2014), one word a coordinate. */
  private static float[][] signs(int length) {
    float[][] signs = new float[DIRECTIONS][length];
    for (int i = 0; i < length; i++) {
      long z = (i + 1) * 0x9e3779b97f4a7c15L;
      z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      z ^= z >>> 31;
      for (int d = 0; d < DIRECTIONS; d++) {
        signs[d][i] = (z >>> d & 1) == 0 ? 1 : -1;
      }
    }
    return signs;
  }

  private double squares() {
    double sum = 0;
    for (int d = 1; d <= DIRECTIONS; d++) {
      sum += means.mean(d) * means.mean(d);
    }
    return sum;
  }

  private double excess() {
    return means.mean(0) / squares() - NORMAL;
  }

  private double error() {
    double s = squares();
    double[] slope = new double[1 + DIRECTIONS];
    slope[0] = 1 / s;
    for (int d = 1; d <= DIRECTIONS; d++) {
      slope[d] = -2 * means.mean(0) * means.mean(d) / (s * s);
    }
    double variance = 0;
    for (int i = 0; i <= DIRECTIONS; i++) {
      for (int j = 0; j <= DIRECTIONS; j++) {
        variance += slope[i] * slope[j] * means.meanCovariance(i, j);
      }
    }
    return StudentT.quantile975(means.degrees()) * Math.sqrt(Math.max(0, variance));
  }

  /** Whether the interval says that the noise is far from normal. */
  boolean large() {
    return means.count() >= NEEDED && excess() - error() > LARGE;
  }

  void describe(QuantityList out) {
    if (means.count() < NEEDED) {
      out.absent(
          QuantityName.NOISE_KURTOSIS,
          WarmUp.reason(means.count(), NEEDED, "steps with at least 2 micro-batches"));
      return;
    }
    double excess = excess();
    double error = error();
    out.put(QuantityName.NOISE_KURTOSIS, excess, excess - error, excess + error, METHOD);
  }

  void writeTo(DataOutput out) throws IOException {
    means.writeTo(out);
  }

  void readFrom(DataInput in) throws IOException {
    means.readFrom(in);
  }
}
