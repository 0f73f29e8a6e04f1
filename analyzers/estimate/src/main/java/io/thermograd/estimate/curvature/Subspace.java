package io.thermograd.estimate.curvature;

import io.thermograd.estimate.noise.NoiseSpectrum;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The r leading directions of the noise, unit vectors V_i in sketch space, held still between
 * refreshes so that second moments of projections on them can be kept without the vectors.
 *
 * <p>At a refresh the moments go along: with R = V_new·V_oldᵀ, M ← R·M·Rᵀ, exact for what both
 * share. A linear relation N = H·M between moments becomes one by the similar matrix R·H·R⁻¹, whose
 * eigenvalues are those of H.
 *
 * <p>Cost: O(rk) a projection, O(r²k) a refresh; state rk floats. One owner thread.
 */
public final class Subspace {
  /** Steps with contrasts after which the first directions are taken; then doubling. */
  private static final long FIRST = 64;

  private static final double[][] STAYS = {};

  private final int rank;
  private final long longest;
  private final SketchMath math = new SketchMath();
  private final double[][] rotation;
  private float[][] basis = new float[0][];

  /** What the basis was before the latest refresh; afterwards work space of the next. */
  private float[][] before = new float[0][];

  private long next = FIRST;

  /**
   * @param rank r
   * @param longest steps between refreshes at most
   */
  public Subspace(int rank, long longest) {
    this.rank = rank;
    this.longest = longest;
    this.rotation = new double[rank][rank];
  }

  /** r. */
  public int rank() {
    return rank;
  }

  /** Whether there are directions to project on. */
  public boolean ready() {
    return basis.length > 0;
  }

  /** V, r rows of k; not to be changed, and of these numbers until the refresh after the next. */
  public float[][] basis() {
    return basis;
  }

  /**
   * Takes new directions when it is time to.
   *
   * @return R, r rows of r, for moments to go along with, until the next refresh; empty when the
   *     directions stay, and the identity at first
   */
  public double[][] advance(NoiseSpectrum spectrum) {
    if (spectrum.steps() < next) {
      return STAYS;
    }
    next = spectrum.steps() + Math.min(spectrum.steps(), longest);
    float[][] free = before;
    before = basis;
    basis =
        free.length == 0 || free[0].length != spectrum.length()
            ? new float[rank][spectrum.length()]
            : free;
    spectrum.directions(basis);
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j < rank; j++) {
        rotation[i][j] = before.length == 0 ? (i == j ? 1 : 0) : math.dot(basis[i], before[j]);
      }
    }
    return rotation;
  }

  /** ⟨V_i, x⟩ for each i. */
  public void project(float[] x, double[] out) {
    for (int i = 0; i < rank; i++) {
      out[i] = math.dot(basis[i], x);
    }
  }

  public void writeTo(DataOutput out) throws IOException {
    StateArrays.write(out, basis);
    out.writeLong(next);
  }

  public void readFrom(DataInput in) throws IOException {
    basis = StateArrays.readRows(in);
    next = in.readLong();
  }
}
