package io.thermograd.estimate.numeric;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API's sweep of QL. Element-wise operations only, and no vector crosses a method of
 * ours or a branch ({@link VectorDotKernel}).
 */
final class VectorRotations {
  private static final VectorSpecies<Double> D = Species.DOUBLES;

  private VectorRotations() {}

  static void sweep(Tridiagonal t, int low, int high, double[] z, int stride) {
    int w = D.length();
    double gamma = t.turn(high - 1, t.start(low, high));
    int column = 0;
    if (stride >= 6 * w) {
      gamma = together(t, low, high, gamma, z, stride);
      column = 6 * w;
    } else {
      for (int i = high - 2; i >= low; i--) {
        gamma = t.turn(i, gamma);
      }
    }
    t.end(low, gamma);
    for (; column < stride; column += w) {
      rotate(t, low, high, z, stride, column);
    }
  }

  /**
   * Rotates the first six vectors of columns, each time while the next rotation is found. The chain
   * comes first in the code: processors prefer the older of what is ready, and a rotation before it
   * would delay it, where one behind it only fills the time of its divisions and roots.
   */
  private static double together(
      Tridiagonal t, int low, int high, double gamma, double[] z, int stride) {
    int w = D.length();
    int at = high * stride;
    DoubleVector y0 = DoubleVector.fromArray(D, z, at);
    DoubleVector y1 = DoubleVector.fromArray(D, z, at + w);
    DoubleVector y2 = DoubleVector.fromArray(D, z, at + 2 * w);
    DoubleVector y3 = DoubleVector.fromArray(D, z, at + 3 * w);
    DoubleVector y4 = DoubleVector.fromArray(D, z, at + 4 * w);
    DoubleVector y5 = DoubleVector.fromArray(D, z, at + 5 * w);
    for (int i = high - 2; i >= low; i--) {
      DoubleVector c = DoubleVector.broadcast(D, t.cos[i + 1]);
      DoubleVector s = DoubleVector.broadcast(D, t.sin[i + 1]);
      gamma = t.turn(i, gamma);
      int upper = at - stride;
      DoubleVector x;
      x = DoubleVector.fromArray(D, z, upper);
      s.mul(x).add(c.mul(y0)).intoArray(z, at);
      y0 = c.mul(x).sub(s.mul(y0));
      x = DoubleVector.fromArray(D, z, upper + w);
      s.mul(x).add(c.mul(y1)).intoArray(z, at + w);
      y1 = c.mul(x).sub(s.mul(y1));
      x = DoubleVector.fromArray(D, z, upper + 2 * w);
      s.mul(x).add(c.mul(y2)).intoArray(z, at + 2 * w);
      y2 = c.mul(x).sub(s.mul(y2));
      x = DoubleVector.fromArray(D, z, upper + 3 * w);
      s.mul(x).add(c.mul(y3)).intoArray(z, at + 3 * w);
      y3 = c.mul(x).sub(s.mul(y3));
      x = DoubleVector.fromArray(D, z, upper + 4 * w);
      s.mul(x).add(c.mul(y4)).intoArray(z, at + 4 * w);
      y4 = c.mul(x).sub(s.mul(y4));
      x = DoubleVector.fromArray(D, z, upper + 5 * w);
      s.mul(x).add(c.mul(y5)).intoArray(z, at + 5 * w);
      y5 = c.mul(x).sub(s.mul(y5));
      at = upper;
    }
    y0.intoArray(z, at);
    y1.intoArray(z, at + w);
    y2.intoArray(z, at + 2 * w);
    y3.intoArray(z, at + 3 * w);
    y4.intoArray(z, at + 4 * w);
    y5.intoArray(z, at + 5 * w);
    DoubleVector c = DoubleVector.broadcast(D, t.cos[low]);
    DoubleVector s = DoubleVector.broadcast(D, t.sin[low]);
    for (int upper = low * stride; upper < low * stride + 6 * w; upper += w) {
      DoubleVector x = DoubleVector.fromArray(D, z, upper);
      DoubleVector y = DoubleVector.fromArray(D, z, upper + stride);
      s.mul(x).add(c.mul(y)).intoArray(z, upper + stride);
      c.mul(x).sub(s.mul(y)).intoArray(z, upper);
    }
    return gamma;
  }

  private static void rotate(Tridiagonal t, int low, int high, double[] z, int stride, int column) {
    int at = high * stride + column;
    DoubleVector y = DoubleVector.fromArray(D, z, at);
    for (int i = high - 1; i >= low; i--) {
      DoubleVector x = DoubleVector.fromArray(D, z, at - stride);
      DoubleVector c = DoubleVector.broadcast(D, t.cos[i]);
      DoubleVector s = DoubleVector.broadcast(D, t.sin[i]);
      s.mul(x).add(c.mul(y)).intoArray(z, at);
      y = c.mul(x).sub(s.mul(y));
      at -= stride;
    }
    y.intoArray(z, at);
  }
}
