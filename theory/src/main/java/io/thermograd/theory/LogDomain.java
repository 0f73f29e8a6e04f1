package io.thermograd.theory;

/** Sums and distributions held as logarithms, which neither overflow nor underflow. */
final class LogDomain {
  private LogDomain() {}

  /** log Σ exp(x_i); −∞ for an empty sum. */
  static double logSum(double[] x) {
    double top = Double.NEGATIVE_INFINITY;
    for (double v : x) {
      top = Math.max(top, v);
    }
    if (Double.isInfinite(top)) {
      return top;
    }
    double sum = 0;
    for (double v : x) {
      sum += StrictMath.exp(v - top);
    }
    return top + StrictMath.log(sum);
  }

  /** exp(x_i)/Σ exp(x_j). */
  static double[] normalize(String name, double[] x) {
    double top = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < x.length; i++) {
      if (!(x[i] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "%s[%d] should be below infinity: was %s".formatted(name, i, x[i]));
      }
      top = Math.max(top, x[i]);
    }
    if (top == Double.NEGATIVE_INFINITY) {
      throw new IllegalArgumentException(name + " should be finite somewhere: was -Infinity");
    }
    double[] p = new double[x.length];
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      p[i] = StrictMath.exp(x[i] - top);
      sum += p[i];
    }
    for (int i = 0; i < x.length; i++) {
      p[i] /= sum;
    }
    return p;
  }
}
