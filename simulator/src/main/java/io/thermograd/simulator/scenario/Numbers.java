package io.thermograd.simulator.scenario;

/** Small vector arithmetic in a fixed order. */
final class Numbers {
  private Numbers() {}

  static double[] wide(float[] x) {
    double[] wide = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      wide[i] = x[i];
    }
    return wide;
  }

  static double[] scaled(double factor, float[] x) {
    double[] scaled = wide(x);
    for (int i = 0; i < x.length; i++) {
      scaled[i] *= factor;
    }
    return scaled;
  }

  static double sqnorm(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v * v;
    }
    return sum;
  }

  static double[] descending(double[] ascending) {
    double[] reversed = new double[ascending.length];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = ascending[ascending.length - 1 - i];
    }
    return reversed;
  }

  static double[][] diagonal(double[] entries) {
    double[][] matrix = new double[entries.length][entries.length];
    for (int i = 0; i < entries.length; i++) {
      matrix[i][i] = entries[i];
    }
    return matrix;
  }

  /** tr A. */
  static double trace(double[][] a) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i][i];
    }
    return sum;
  }

  /** tr AB of symmetric matrices; of one with itself ‖A‖²_F. */
  static double traceOfProduct(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        sum += a[i][j] * b[i][j];
      }
    }
    return sum;
  }

  /** {@code count} numbers from {@code first} to {@code last} with a constant ratio. */
  static double[] geometric(double first, double last, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = first * StrictMath.pow(last / first, (double) i / (count - 1));
    }
    return values;
  }
}
