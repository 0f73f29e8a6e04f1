package io.thermograd.accuracy;

import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * Leading eigenpairs of Σ by enumeration: those of the centred n × n Gram matrix of all examples'
 * gradients, over n, by Lanczos with full reorthogonalisation.
 *
 * @param values largest first
 * @param weights of each eigenvector, one an example: u = Σ_i w_i·(g_i − G), of unit length
 */
record ExactSpectrum(double[] values, double[][] weights) {
  private static final int STEPS = 150;

  static ExactSpectrum of(FrozenDigits point, int count) {
    int n = point.size();
    double[][] gram = centred(point, n);
    double[][] basis = new double[STEPS][];
    double[] diagonal = new double[STEPS];
    double[] off = new double[STEPS - 1];
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      v[i] = Math.sin(i + 1.0) - 0.3;
    }
    for (int s = 0; s < STEPS; s++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int b = 0; b < s; b++) {
          add(v, basis[b], -dot(v, basis[b]));
        }
      }
      double norm = Math.sqrt(dot(v, v));
      for (int i = 0; i < n; i++) {
        v[i] /= norm;
      }
      basis[s] = v;
      if (s > 0) {
        off[s - 1] = norm;
      }
      double[] w = new double[n];
      for (int i = 0; i < n; i++) {
        w[i] = dot(gram[i], v);
      }
      diagonal[s] = dot(w, v);
      v = w;
    }
    EigenDecompositionSymmetric eigen = new EigenDecompositionSymmetric(diagonal, off);
    double[] values = new double[count];
    double[][] weights = new double[count][n];
    for (int e = 0; e < count; e++) {
      double value = eigen.getEigenvalue(e);
      values[e] = value / n;
      for (int s = 0; s < STEPS; s++) {
        add(weights[e], basis[s], eigen.getEigenvector(e).getEntry(s) / Math.sqrt(value));
      }
    }
    return new ExactSpectrum(values, weights);
  }

  private static double[][] centred(FrozenDigits point, int n) {
    double[][] gram = new double[n][n];
    double[] mean = new double[n];
    double all = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        mean[i] += (double) point.products(i)[j] / n;
      }
      all += mean[i] / n;
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        gram[i][j] = point.products(i)[j] - mean[i] - mean[j] + all;
      }
    }
    return gram;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static void add(double[] to, double[] x, double factor) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * x[i];
    }
  }

  /** The eigenvector as the sketch shows it, from the examples' sketches. */
  double[] direction(int e, float[][] sketches) {
    double[] direction = new double[sketches[0].length];
    double sum = 0;
    for (double w : weights[e]) {
      sum += w;
    }
    for (int i = 0; i < sketches.length; i++) {
      double w = weights[e][i] - sum / sketches.length;
      for (int c = 0; c < direction.length; c++) {
        direction[c] += w * sketches[i][c];
      }
    }
    return direction;
  }
}
