package io.thermograd.simulator.landscape;

import java.util.Arrays;

/**
 * An axis-parallel box, low_i ≤ x_i ≤ high_i. Immutable.
 *
 * @param low d finite values
 * @param high d finite values, each above its {@code low}
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
public record Box(double[] low, double[] high) {
  public Box {
    low = Checks.vector("low", low);
    high = Checks.vector("high", high, low.length);
    for (int i = 0; i < low.length; i++) {
      if (!(low[i] < high[i])) {
        throw new IllegalArgumentException(
            "high[%d] should be above low[%d] = %s: was %s".formatted(i, i, low[i], high[i]));
      }
    }
  }

  /** −half … half in every coordinate. */
  public static Box cube(int dim, double half) {
    double[] high = new double[dim];
    Arrays.fill(high, half);
    double[] low = new double[dim];
    Arrays.fill(low, -half);
    return new Box(low, high);
  }

  public int dim() {
    return low.length;
  }

  @Override
  public double[] low() {
    return low.clone();
  }

  @Override
  public double[] high() {
    return high.clone();
  }

  /** high_i − low_i. */
  public double width(int i) {
    return high[i] - low[i];
  }

  /** Length of the diagonal. */
  public double diagonal() {
    return Vectors.distance(low, high);
  }

  /** Whether the point lies inside or on the border. */
  public boolean contains(double[] x) {
    for (int i = 0; i < low.length; i++) {
      if (!(low[i] <= x[i] && x[i] <= high[i])) {
        return false;
      }
    }
    return true;
  }

  /** The same centre, {@code factor} times as wide. */
  public Box grown(double factor) {
    Checks.positive("factor", factor);
    double[] newLow = low.clone();
    double[] newHigh = high.clone();
    for (int i = 0; i < low.length; i++) {
      double by = 0.5 * (factor - 1) * width(i);
      newLow[i] -= by;
      newHigh[i] += by;
    }
    return new Box(newLow, newHigh);
  }

  /**
   * {@code count} points that fill the box evenly: the additive recurrence x_n = frac(½ + nα) with
   * α_i = φ^−i, φ the root of φ^(d+1) = φ + 1. The first is the centre.
   */
  public double[][] spread(int count) {
    double phi = 2;
    for (int pass = 0; pass < 60; pass++) {
      phi = StrictMath.pow(1 + phi, 1.0 / (low.length + 1));
    }
    double[][] points = new double[count][low.length];
    for (int i = 0; i < low.length; i++) {
      double alpha = StrictMath.pow(phi, -(i + 1));
      for (int n = 0; n < count; n++) {
        double u = 0.5 + n * alpha;
        points[n][i] = low[i] + (u - Math.floor(u)) * width(i);
      }
    }
    return points;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Box that
        && Arrays.equals(low, that.low)
        && Arrays.equals(high, that.high);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(low) + Arrays.hashCode(high);
  }

  @Override
  public String toString() {
    return Arrays.toString(low) + " to " + Arrays.toString(high);
  }
}
