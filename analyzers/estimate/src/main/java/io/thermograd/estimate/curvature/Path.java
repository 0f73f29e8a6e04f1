package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.numeric.SymmetricEigen;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The few directions along which θ has gone furthest: leading right singular vectors of its
 * displacements d over blocks of steps, the older ones discounted, [√β·B; d] ← its best
 * approximation of rank {@value #RANK}.
 *
 * <p>In descent θ goes along a line that no noise shows, ten thousand times further than it
 * fluctuates in a direction. A sketch lets 1/√k of that into every direction, always the same
 * share: what leaks is of rank one, and no multiple of the identity takes it off.
 *
 * <p>O(RANK·k) a block of steps; state (RANK + 1)·k floats. One owner thread.
 */
final class Path {
  static final int RANK = 4;

  /** What a block weighs after the next. */
  private static final double KEPT = 0.98;

  /** Share of a row's length outside other directions below which rounding is all there is. */
  private static final double LEAST = 1e-3;

  private final SymmetricEigen eigen = new SymmetricEigen(RANK + 1, SpectrumKernel.best());
  private final double[] gram = new double[(RANK + 1) * (RANK + 1)];
  private final float[] column = new float[RANK + 1];
  private final SketchMath math = new SketchMath();
  private float[][] rows = new float[0][];
  private float[] from = new float[0];

  /** Where θ is at the end of a block. */
  void accept(float[] theta) {
    if (from.length != theta.length) {
      from = theta.clone();
      rows = new float[RANK + 1][theta.length];
      return;
    }
    float keep = (float) Math.sqrt(KEPT);
    for (int c = 0; c < theta.length; c++) {
      for (int i = 0; i < RANK; i++) {
        rows[i][c] *= keep;
      }
      rows[RANK][c] = theta[c] - from[c];
      from[c] = theta[c];
    }
    compress();
  }

  private void compress() {
    int n = RANK + 1;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        gram[i * n + j] = math.dot(rows[i], rows[j]);
      }
    }
    if (!eigen.decompose(gram, n, n)) {
      rows = new float[n][from.length];
      return;
    }
    for (int c = 0; c < from.length; c++) {
      for (int i = 0; i < n; i++) {
        column[i] = rows[i][c];
      }
      for (int i = 0; i < RANK; i++) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
          sum += eigen.vector(i, j) * column[j];
        }
        rows[i][c] = (float) sum;
      }
    }
    Arrays.fill(rows[RANK], 0);
  }

  /**
   * {@value #RANK} orthonormal rows of k outside v's, zero where there is no such direction, into
   * {@code out}.
   */
  void outside(float[][] v, float[][] out) {
    int k = v[0].length;
    for (int i = 0; i < RANK; i++) {
      if (from.length != k) {
        Arrays.fill(out[i], 0);
        continue;
      }
      System.arraycopy(rows[i], 0, out[i], 0, k);
      double before = Math.sqrt(math.sqnorm(out[i]));
      for (int pass = 0; pass < 2; pass++) {
        for (float[] row : v) {
          remove(row, out[i]);
        }
        for (int j = 0; j < i; j++) {
          remove(out[j], out[i]);
        }
      }
      double norm = Math.sqrt(math.sqnorm(out[i]));
      float scale = norm > LEAST * before ? (float) (1 / norm) : 0;
      for (int c = 0; c < k; c++) {
        out[i][c] *= scale;
      }
    }
  }

  private void remove(float[] unit, float[] x) {
    float share = (float) math.dot(unit, x);
    for (int c = 0; c < x.length; c++) {
      x[c] -= share * unit[c];
    }
  }

  void writeTo(DataOutput out) throws IOException {
    StateArrays.write(out, from.length == 0 ? new float[0][] : new float[][] {from});
    StateArrays.write(out, rows);
  }

  void readFrom(DataInput in) throws IOException {
    float[][] one = StateArrays.readRows(in);
    from = one.length == 0 ? new float[0] : one[0];
    rows = StateArrays.readRows(in);
  }
}
