package io.thermograd.estimate.numeric;

/**
 * The loops that a streaming singular value decomposition spends its time in. Implementations agree
 * in every bit: a float sum always runs over the same {@value #LANES} lanes in rising order with
 * fused multiply-adds, and everything else is element by element. A block of vector registers only
 * decides which of these independent chains run side by side.
 *
 * <p>Matrices are flat and row-major with a stride that is no multiple of 4 KiB, so that a column
 * of them does not fall into one cache set. One owner thread.
 */
public interface SpectrumKernel {
  /** Rows side by side in registers: counts of rows are multiples of it. */
  int BLOCK = 4;

  /** Lanes of a float sum, whatever the processor's own width. */
  int LANES = 16;

  /** Columns at a time; counts of columns are multiples of it. */
  int STRIP = 64;

  /** Columns after which float sums go on in double: fits the first cache, and bounds rounding. */
  int CHUNK = 1024;

  /**
   * Inner products g_ij = ⟨m_i, m_j⟩ of rows from ≤ i < to with all rows j < BLOCK·⌈(i+1)/BLOCK⌉,
   * at {@code g[i·n + j]}: the lower triangle and a little more. O((to − from)·to·columns).
   */
  void gram(float[] m, int stride, int columns, int from, int to, double[] g, int n);

  /**
   * Replaces the first rows by combinations of all: m_i ← Σ_j w_ij·m_j, i < rows, j < n, with w_ij
   * at {@code w[i·n + j]}. O(rows·n·columns).
   */
  void combine(float[] m, int stride, int columns, float[] w, int rows, int n);

  /**
   * A sweep of QL on rows low … high of T, and its rotations of the rows of Z: for i = high−1, …,
   * low, (z_i, z_{i+1}) ← (c_i·z_i − s_i·z_{i+1}, s_i·z_i + c_i·z_{i+1}). O((high − low)·stride);
   * the stride is a multiple of {@value #DOUBLES}.
   */
  void sweep(Tridiagonal t, int low, int high, double[] z, int stride);

  /** Doubles at a time in what follows: widths are multiples of it. */
  int DOUBLES = 8;

  /** p_c ← Σ_j x_j·a_jc, j < rows, c < width. */
  void multiply(double[] a, int stride, double[] x, int rows, double[] p, int width);

  /** a_jc ← a_jc − (x_j·y_c + u_j·v_c), j < rows, c < width. */
  void subtract(
      double[] a, int stride, double[] x, double[] y, double[] u, double[] v, int rows, int width);

  /** The fastest implementation this process can run. */
  static SpectrumKernel best() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? new VectorSpectrumKernel()
        : new PlainSpectrumKernel();
  }

  /** Plain loops, which need no module. */
  static SpectrumKernel plain() {
    return new PlainSpectrumKernel();
  }

  /** Adds the lanes at an offset in one fixed order. */
  static double sum(float[] lanes, int at) {
    double sum = 0;
    for (int l = at; l < at + 4; l++) {
      sum += (lanes[l] + lanes[l + 8]) + (lanes[l + 4] + lanes[l + 12]);
    }
    return sum;
  }
}
