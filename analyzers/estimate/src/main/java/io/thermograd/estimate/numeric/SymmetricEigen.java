package io.thermograd.estimate.numeric;

import java.util.Arrays;

/**
 * Eigenvalues and eigenvectors of small symmetric matrices, in storage of its own that is used
 * again: a library's decomposition of this size allocates, and works column by column where this
 * one needs vectors of rows. Householder reduction to tridiagonal form, then QL with implicit
 * shifts; relative error of the largest eigenvalue about n·10⁻¹⁶, of a smaller one that much of the
 * largest. O(n³). Only +, −, ×, / and √: the same bits everywhere. One owner thread.
 *
 * <p>Source: H. Bowdler, R. S. Martin, C. Reinsch, J. H. Wilkinson, The QR and QL algorithms for
 * symmetric matrices, Numer. Math. 11 (1968) 293–306, doi:10.1007/BF02166681.
 */
public final class SymmetricEigen {
  private static final int MOST_SWEEPS = 60;

  // Blocks of smaller elements count as diagonal: cubes of what is left are normal numbers.
  private static final double LEAST_SIZE = 0x1p-100;

  // Of squares, where the largest element is near 1: 10⁻²⁰ of it is rounding, and no direction.
  private static final double NOTHING = 1e-40;

  private final int capacity;
  private final SpectrumKernel kernel;
  private final double[] a;
  private final double[] z;
  private final Tridiagonal t;
  private final double[] diagonal;
  private final double[] off;
  private final double[] v;
  private final double[] u;
  private final double[] p;
  private final double[] q;
  private final double[] values;
  private final int[] order;
  private int n;

  /** Elements from row to row, with zeros behind the n-th. */
  private int stride;

  public SymmetricEigen(int capacity, SpectrumKernel kernel) {
    this.capacity = capacity;
    this.kernel = kernel;
    int width = padded(capacity);
    this.a = new double[capacity * width];
    this.z = new double[capacity * width];
    this.t = new Tridiagonal(capacity);
    this.diagonal = t.diagonal;
    this.off = t.off;
    this.v = new double[width];
    this.u = new double[width];
    this.p = new double[width];
    this.q = new double[width];
    this.values = new double[capacity];
    this.order = new int[capacity];
  }

  /**
   * Decomposes the n × n matrix whose lower triangle is at {@code lower[i·lowerStride + j]}, j ≤ i.
   * False when it holds a number that is not finite.
   */
  public boolean decompose(double[] lower, int lowerStride, int size) {
    if (size > capacity) {
      throw new IllegalArgumentException("size should be at most " + capacity + ": was " + size);
    }
    n = size;
    stride = padded(n);
    Arrays.fill(a, 0, n * stride, 0);
    double largest = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double x = lower[i * lowerStride + j];
        largest = Math.max(largest, Math.abs(x)); // NaN stays
        a[i * stride + j] = x;
        a[j * stride + i] = x;
      }
    }
    if (!(largest < Double.POSITIVE_INFINITY)) {
      return false;
    }
    // A power of two near 1/largest keeps squares from overflow and costs no rounding.
    double scale = largest == 0 ? 1 : Math.scalb(1.0, -Math.getExponent(largest));
    for (int i = 0; i < n * stride; i++) {
      a[i] *= scale;
    }
    tridiagonalise();
    accumulate();
    boolean done = sweep();
    sort(1 / scale);
    return done;
  }

  /** The i-th largest eigenvalue. */
  public double value(int i) {
    return values[i];
  }

  /** Element j of the eigenvector of the i-th largest eigenvalue. */
  public double vector(int i, int j) {
    return z[order[i] * stride + j];
  }

  /** A ← HAH, H = I − vvᵀ with ‖v‖² = 2, for one row after another; v stays in row i of A. */
  private void tridiagonalise() {
    for (int i = n - 1; i > 0; i--) {
      int row = i * stride;
      double square = 0;
      for (int j = 0; j < i; j++) {
        square += a[row + j] * a[row + j];
      }
      diagonal[i] = a[row + i];
      double last = a[row + i - 1];
      double norm = Math.sqrt(square);
      off[i] = last > 0 ? -norm : norm;
      // v = (x − off·e)/√(norm² − off·x_last): nothing cancels, the signs differ.
      double h = square - off[i] * last;
      if (!(h > NOTHING)) {
        off[i] = last;
        Arrays.fill(a, row, row + i, 0);
        continue;
      }
      double inverse = 1 / Math.sqrt(h);
      for (int j = 0; j < i; j++) {
        v[j] = a[row + j] * inverse;
      }
      v[i - 1] = (last - off[i]) * inverse;
      System.arraycopy(v, 0, a, row, i);
      reflect(i);
    }
    diagonal[0] = a[0];
    off[0] = 0;
  }

  /** A ← A − vwᵀ − wvᵀ on the leading i × i block, w = Av − ½(vᵀAv)v. */
  private void reflect(int i) {
    int width = padded(i);
    // Columns behind the block hold older reflectors: zeros here leave them out.
    Arrays.fill(v, i, width, 0);
    kernel.multiply(a, stride, v, i, p, width);
    Arrays.fill(p, i, width, 0);
    double half = 0;
    for (int j = 0; j < i; j++) {
      half += 0.5 * p[j] * v[j];
    }
    for (int j = 0; j < i; j++) {
      p[j] -= half * v[j];
    }
    kernel.subtract(a, stride, v, p, p, v, i, width);
  }

  /** Z = H₁H₂…, whose rows the sweeps turn into eigenvectors; from the left, two at a time. */
  private void accumulate() {
    Arrays.fill(z, 0, n * stride, 0);
    for (int i = 0; i < n; i++) {
      z[i * stride + i] = 1;
    }
    for (int i = n - 1; i > 0; i -= 2) {
      // H'H = I − vvᵀ − u(u − (uᵀv)v)ᵀ, H' = I − uuᵀ being the shorter by one; H₀ is none.
      System.arraycopy(a, i * stride, v, 0, i);
      System.arraycopy(a, (i - 1) * stride, u, 0, i - 1);
      u[i - 1] = 0;
      double dot = 0;
      for (int j = 0; j < i - 1; j++) {
        dot += u[j] * v[j];
      }
      kernel.multiply(z, stride, v, i, p, stride);
      kernel.multiply(z, stride, u, i, q, stride);
      for (int j = 0; j < n; j++) {
        q[j] -= dot * p[j];
      }
      kernel.subtract(z, stride, v, p, u, q, i, stride);
    }
  }

  private static int padded(int count) {
    int w = SpectrumKernel.DOUBLES;
    return (count + w - 1) / w * w;
  }

  private boolean sweep() {
    System.arraycopy(off, 1, off, 0, n - 1);
    off[n - 1] = 0;
    double size = LEAST_SIZE;
    for (int l = 0; l < n; l++) {
      size = Math.max(size, Math.abs(diagonal[l]) + Math.abs(off[l]));
      double least = 0x1p-52 * size;
      int m = l;
      while (Math.abs(off[m]) > least) {
        m++;
      }
      for (int sweeps = 0; Math.abs(off[l]) > least; sweeps++) {
        if (sweeps == MOST_SWEEPS) {
          return false;
        }

        kernel.sweep(t, l, m, z, stride);
      }
    }
    return true;
  }

  private void sort(double scale) {
    for (int i = 0; i < n; i++) {
      int at = i;
      for (; at > 0 && diagonal[order[at - 1]] < diagonal[i]; at--) {
        order[at] = order[at - 1];
      }
      order[at] = i;
    }
    for (int i = 0; i < n; i++) {
      values[i] = diagonal[order[i]] * scale;
    }
  }
}
