package io.thermograd.estimate.numeric;

import java.util.Arrays;

/** Plain loops: what runs without the Vector API, and the twin that tests compare with it. */
final class PlainSpectrumKernel implements SpectrumKernel {
  private final float[] lanes = new float[LANES];
  private float[] column = new float[0];

  @Override
  public void gram(float[] m, int stride, int columns, int from, int to, double[] g, int n) {
    for (int i = from; i < to; i++) {
      for (int j = 0; j < i - i % BLOCK + BLOCK; j++) {
        double sum = 0;
        for (int start = 0; start < columns; start += CHUNK) {
          Arrays.fill(lanes, 0);
          for (int c = start; c < Math.min(columns, start + CHUNK); c += LANES) {
            for (int l = 0; l < LANES; l++) {
              lanes[l] = Math.fma(m[i * stride + c + l], m[j * stride + c + l], lanes[l]);
            }
          }
          sum += SpectrumKernel.sum(lanes, 0);
        }
        g[i * n + j] = sum;
      }
    }
  }

  @Override
  public void combine(float[] m, int stride, int columns, float[] w, int rows, int n) {
    if (column.length < rows) {
      column = new float[rows];
    }
    for (int c = 0; c < columns; c++) {
      for (int i = 0; i < rows; i++) {
        float sum = 0;
        for (int j = 0; j < n; j++) {
          sum = Math.fma(w[i * n + j], m[j * stride + c], sum);
        }
        column[i] = sum;
      }
      for (int i = 0; i < rows; i++) {
        m[i * stride + c] = column[i];
      }
    }
  }

  @Override
  public void sweep(Tridiagonal t, int low, int high, double[] z, int stride) {
    double gamma = t.start(low, high);
    for (int i = high - 1; i >= low; i--) {
      gamma = t.turn(i, gamma);
      double c = t.cos[i];
      double s = t.sin[i];
      for (int upper = i * stride; upper < (i + 1) * stride; upper++) {
        double x = z[upper];
        double y = z[upper + stride];
        z[upper + stride] = s * x + c * y;
        z[upper] = c * x - s * y;
      }
    }
    t.end(low, gamma);
  }

  @Override
  public void multiply(double[] a, int stride, double[] x, int rows, double[] p, int width) {
    for (int c = 0; c < width; c++) {
      double sum = 0;
      for (int j = 0; j < rows; j++) {
        sum += x[j] * a[j * stride + c];
      }
      p[c] = sum;
    }
  }

  @Override
  public void subtract(
      double[] a, int stride, double[] x, double[] y, double[] u, double[] v, int rows, int width) {
    for (int j = 0; j < rows; j++) {
      for (int c = 0; c < width; c++) {
        a[j * stride + c] -= x[j] * y[c] + u[j] * v[c];
      }
    }
  }
}
