package io.thermograd.estimate.numeric;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API's loops, in the processor's own width up to 16 floats: narrower vectors take
 * several passes over the lanes, and give the same bits. Only element-wise operations, and no
 * vector crosses a method of ours ({@link VectorDotKernel}).
 */
final class VectorSpectrumKernel implements SpectrumKernel {
  private static final VectorSpecies<Float> F = Species.FLOATS;
  private static final VectorSpecies<Double> D = Species.DOUBLES;
  private static final int W = F.length();

  private final float[] lanes = new float[BLOCK * BLOCK * LANES];
  private float[] strip = new float[0];

  @Override
  public void gram(float[] m, int stride, int columns, int from, int to, double[] g, int n) {
    for (int start = 0; start < columns; start += CHUNK) {
      int end = Math.min(columns, start + CHUNK);
      for (int i = from; i < to; i += BLOCK) {
        for (int j = 0; j <= i; j += BLOCK) {
          for (int l = 0; l < LANES; l += W) {
            products(m, stride, i * stride, j * stride, start + l, end, l);
          }
          for (int p = 0; p < BLOCK * BLOCK; p++) {
            int at = (i + p / BLOCK) * n + j + p % BLOCK;
            double sum = SpectrumKernel.sum(lanes, p * LANES);
            g[at] = start == 0 ? sum : g[at] + sum;
          }
        }
      }
    }
  }

  /** Lanes l … l+W−1 of the products of four rows with four rows. */
  private void products(float[] m, int stride, int a, int b, int start, int end, int l) {
    int a1 = a + stride;
    int a2 = a1 + stride;
    int a3 = a2 + stride;
    int b1 = b + stride;
    int b2 = b1 + stride;
    int b3 = b2 + stride;
    FloatVector s00 = FloatVector.zero(F);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s03 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s13 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s22 = s00;
    FloatVector s23 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s32 = s00;
    FloatVector s33 = s00;
    for (int c = start; c < end; c += LANES) {
      FloatVector y0 = FloatVector.fromArray(F, m, b + c);
      FloatVector y1 = FloatVector.fromArray(F, m, b1 + c);
      FloatVector y2 = FloatVector.fromArray(F, m, b2 + c);
      FloatVector y3 = FloatVector.fromArray(F, m, b3 + c);
      FloatVector x = FloatVector.fromArray(F, m, a + c);
      s00 = x.fma(y0, s00);
      s01 = x.fma(y1, s01);
      s02 = x.fma(y2, s02);
      s03 = x.fma(y3, s03);
      x = FloatVector.fromArray(F, m, a1 + c);
      s10 = x.fma(y0, s10);
      s11 = x.fma(y1, s11);
      s12 = x.fma(y2, s12);
      s13 = x.fma(y3, s13);
      x = FloatVector.fromArray(F, m, a2 + c);
      s20 = x.fma(y0, s20);
      s21 = x.fma(y1, s21);
      s22 = x.fma(y2, s22);
      s23 = x.fma(y3, s23);
      x = FloatVector.fromArray(F, m, a3 + c);
      s30 = x.fma(y0, s30);
      s31 = x.fma(y1, s31);
      s32 = x.fma(y2, s32);
      s33 = x.fma(y3, s33);
    }
    s00.intoArray(lanes, l);
    s01.intoArray(lanes, l + LANES);
    s02.intoArray(lanes, l + 2 * LANES);
    s03.intoArray(lanes, l + 3 * LANES);
    s10.intoArray(lanes, l + 4 * LANES);
    s11.intoArray(lanes, l + 5 * LANES);
    s12.intoArray(lanes, l + 6 * LANES);
    s13.intoArray(lanes, l + 7 * LANES);
    s20.intoArray(lanes, l + 8 * LANES);
    s21.intoArray(lanes, l + 9 * LANES);
    s22.intoArray(lanes, l + 10 * LANES);
    s23.intoArray(lanes, l + 11 * LANES);
    s30.intoArray(lanes, l + 12 * LANES);
    s31.intoArray(lanes, l + 13 * LANES);
    s32.intoArray(lanes, l + 14 * LANES);
    s33.intoArray(lanes, l + 15 * LANES);
  }

  @Override
  public void combine(float[] m, int stride, int columns, float[] w, int rows, int n) {
    if (strip.length < rows * STRIP) {
      strip = new float[rows * STRIP];
    }
    for (int c = 0; c < columns; c += STRIP) {
      for (int i = 0; i < rows; i += BLOCK) {
        for (int l = 0; l < STRIP; l += 4 * W) {
          combine(m, stride, c + l, w, i * n, n, i * STRIP + l);
        }
      }
      for (int i = 0; i < rows; i++) {
        // Calls to copy so little cost more than the copies.
        for (int l = 0; l < STRIP; l += W) {
          FloatVector.fromArray(F, strip, i * STRIP + l).intoArray(m, i * stride + c + l);
        }
      }
    }
  }

  /** Four rows of four vectors. */
  private void combine(float[] m, int stride, int column, float[] w, int at, int n, int to) {
    FloatVector s00 = FloatVector.zero(F);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s03 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s13 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s22 = s00;
    FloatVector s23 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s32 = s00;
    FloatVector s33 = s00;
    int from = column;
    for (int j = 0; j < n; j++) {
      FloatVector y0 = FloatVector.fromArray(F, m, from);
      FloatVector y1 = FloatVector.fromArray(F, m, from + W);
      FloatVector y2 = FloatVector.fromArray(F, m, from + 2 * W);
      FloatVector y3 = FloatVector.fromArray(F, m, from + 3 * W);
      FloatVector x = FloatVector.broadcast(F, w[at + j]);
      s00 = x.fma(y0, s00);
      s01 = x.fma(y1, s01);
      s02 = x.fma(y2, s02);
      s03 = x.fma(y3, s03);
      x = FloatVector.broadcast(F, w[at + n + j]);
      s10 = x.fma(y0, s10);
      s11 = x.fma(y1, s11);
      s12 = x.fma(y2, s12);
      s13 = x.fma(y3, s13);
      x = FloatVector.broadcast(F, w[at + 2 * n + j]);
      s20 = x.fma(y0, s20);
      s21 = x.fma(y1, s21);
      s22 = x.fma(y2, s22);
      s23 = x.fma(y3, s23);
      x = FloatVector.broadcast(F, w[at + 3 * n + j]);
      s30 = x.fma(y0, s30);
      s31 = x.fma(y1, s31);
      s32 = x.fma(y2, s32);
      s33 = x.fma(y3, s33);
      from += stride;
    }
    s00.intoArray(strip, to);
    s01.intoArray(strip, to + W);
    s02.intoArray(strip, to + 2 * W);
    s03.intoArray(strip, to + 3 * W);
    s10.intoArray(strip, to + STRIP);
    s11.intoArray(strip, to + STRIP + W);
    s12.intoArray(strip, to + STRIP + 2 * W);
    s13.intoArray(strip, to + STRIP + 3 * W);
    s20.intoArray(strip, to + 2 * STRIP);
    s21.intoArray(strip, to + 2 * STRIP + W);
    s22.intoArray(strip, to + 2 * STRIP + 2 * W);
    s23.intoArray(strip, to + 2 * STRIP + 3 * W);
    s30.intoArray(strip, to + 3 * STRIP);
    s31.intoArray(strip, to + 3 * STRIP + W);
    s32.intoArray(strip, to + 3 * STRIP + 2 * W);
    s33.intoArray(strip, to + 3 * STRIP + 3 * W);
  }

  @Override
  public void sweep(Tridiagonal t, int low, int high, double[] z, int stride) {
    VectorRotations.sweep(t, low, high, z, stride);
  }

  @Override
  public void multiply(double[] a, int stride, double[] x, int rows, double[] p, int width) {
    int w = D.length();
    int column = 0;
    // Sums of one column wait for one another, those of several do not.
    for (; column + 3 * w <= width; column += 3 * w) {
      DoubleVector s0 = DoubleVector.zero(D);
      DoubleVector s1 = s0;
      DoubleVector s2 = s0;
      int at = column;
      for (int j = 0; j < rows; j++) {
        DoubleVector xj = DoubleVector.broadcast(D, x[j]);
        s0 = s0.add(xj.mul(DoubleVector.fromArray(D, a, at)));
        s1 = s1.add(xj.mul(DoubleVector.fromArray(D, a, at + w)));
        s2 = s2.add(xj.mul(DoubleVector.fromArray(D, a, at + 2 * w)));
        at += stride;
      }
      s0.intoArray(p, column);
      s1.intoArray(p, column + w);
      s2.intoArray(p, column + 2 * w);
    }
    for (; column < width; column += w) {
      DoubleVector sum = DoubleVector.zero(D);
      for (int j = 0; j < rows; j++) {
        DoubleVector aj = DoubleVector.fromArray(D, a, j * stride + column);
        sum = sum.add(DoubleVector.broadcast(D, x[j]).mul(aj));
      }
      sum.intoArray(p, column);
    }
  }

  @Override
  public void subtract(
      double[] a, int stride, double[] x, double[] y, double[] u, double[] v, int rows, int width) {
    int w = D.length();
    int column = 0;
    for (; column + 3 * w <= width; column += 3 * w) {
      DoubleVector y0 = DoubleVector.fromArray(D, y, column);
      DoubleVector y1 = DoubleVector.fromArray(D, y, column + w);
      DoubleVector y2 = DoubleVector.fromArray(D, y, column + 2 * w);
      DoubleVector v0 = DoubleVector.fromArray(D, v, column);
      DoubleVector v1 = DoubleVector.fromArray(D, v, column + w);
      DoubleVector v2 = DoubleVector.fromArray(D, v, column + 2 * w);
      int at = column;
      for (int j = 0; j < rows; j++) {
        DoubleVector xj = DoubleVector.broadcast(D, x[j]);
        DoubleVector uj = DoubleVector.broadcast(D, u[j]);
        DoubleVector a0 = DoubleVector.fromArray(D, a, at);
        DoubleVector a1 = DoubleVector.fromArray(D, a, at + w);
        DoubleVector a2 = DoubleVector.fromArray(D, a, at + 2 * w);
        a0.sub(xj.mul(y0).add(uj.mul(v0))).intoArray(a, at);
        a1.sub(xj.mul(y1).add(uj.mul(v1))).intoArray(a, at + w);
        a2.sub(xj.mul(y2).add(uj.mul(v2))).intoArray(a, at + 2 * w);
        at += stride;
      }
    }
    for (; column < width; column += w) {
      DoubleVector y0 = DoubleVector.fromArray(D, y, column);
      DoubleVector v0 = DoubleVector.fromArray(D, v, column);
      int at = column;
      for (int j = 0; j < rows; j++) {
        DoubleVector xj = DoubleVector.broadcast(D, x[j]);
        DoubleVector uj = DoubleVector.broadcast(D, u[j]);
        DoubleVector a0 = DoubleVector.fromArray(D, a, at);
        a0.sub(xj.mul(y0).add(uj.mul(v0))).intoArray(a, at);
        at += stride;
      }
    }
  }
}
