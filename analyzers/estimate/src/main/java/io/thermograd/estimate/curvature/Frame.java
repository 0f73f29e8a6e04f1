package io.thermograd.estimate.curvature;

import io.thermograd.estimate.noise.NoiseSpectrum;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Coordinates of the regression of gradients on parameters: the r leading directions of the noise,
 * and behind them those of the {@link Path} outside of them. The latter are nuisances: what θ does
 * along them is accounted for, and no curvature is read off along them. Orthonormal, zero where
 * there is no such direction. One owner thread.
 */
final class Frame {
  private final Subspace subspace;
  private final Path path = new Path();
  private final SketchMath math = new SketchMath();
  private final double[][] rotation;
  private float[][] outside = new float[0][];
  private float[][] basis = new float[0][];

  // Of the refresh before; work space of the next.
  private float[][] outsideBefore = new float[0][];
  private float[][] before = new float[0][];

  Frame(Subspace subspace) {
    this.subspace = subspace;
    this.rotation = new double[size()][size()];
  }

  /** r and the path's directions. */
  int size() {
    return subspace.rank() + Path.RANK;
  }

  /** r. */
  int noiseDirections() {
    return subspace.rank();
  }

  boolean ready() {
    return basis.length > 0;
  }

  /** {@link #size} rows of k; not to be changed. */
  float[][] basis() {
    return basis;
  }

  /** The end of a block of steps. */
  void mark(float[] theta) {
    path.accept(theta);
  }

  /**
   * Takes new directions when it is time to; as {@link Subspace#advance}.
   *
   * @param theta where the parameters are now
   */
  double[][] advance(NoiseSpectrum spectrum, float[] theta) {
    double[][] inNoise = subspace.advance(spectrum);
    if (inNoise.length == 0) {
      return inNoise;
    }
    path.accept(theta);
    float[][] free = outsideBefore;
    outsideBefore = outside;
    outside =
        free.length == 0 || free[0].length != theta.length
            ? new float[Path.RANK][theta.length]
            : free;
    path.outside(subspace.basis(), outside);
    turn();
    return rotation;
  }

  private void turn() {
    join();
    for (int i = 0; i < size(); i++) {
      for (int j = 0; j < size(); j++) {
        rotation[i][j] = before.length == 0 ? (i == j ? 1 : 0) : math.dot(basis[i], before[j]);
      }
    }
  }

  private void join() {
    float[][] free = before;
    before = basis;
    basis = free.length == 0 ? new float[size()][] : free;
    System.arraycopy(subspace.basis(), 0, basis, 0, subspace.rank());
    System.arraycopy(outside, 0, basis, subspace.rank(), Path.RANK);
  }

  void project(float[] x, double[] out) {
    for (int i = 0; i < basis.length; i++) {
      out[i] = math.dot(basis[i], x);
    }
  }

  /**
   * What a regression on the first p directions of the noise runs over: those, and the path's. Rows
   * without a direction are left out.
   */
  Columns columns(int p) {
    int r = subspace.rank();
    int[] columns = new int[size()];
    int noise = 0;
    int count = 0;
    for (int i = 0; i < size(); i++) {
      if ((i < p || i >= r) && math.sqnorm(basis[i]) > 0) {
        columns[count++] = i;
        noise += i < p ? 1 : 0;
      }
    }
    return new Columns(noise, Arrays.copyOf(columns, count));
  }

  /**
   * Directions of a regression.
   *
   * @param noise how many of them are the noise's: the first
   * @param at where they are in the frame
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Columns(int noise, int[] at) {}

  void writeTo(DataOutput out) throws IOException {
    path.writeTo(out);
    StateArrays.write(out, outside);
  }

  /** Reads what {@link #writeTo} wrote; after the subspace. */
  void readFrom(DataInput in) throws IOException {
    path.readFrom(in);
    outside = StateArrays.readRows(in);
    if (outside.length > 0) {
      join();
    }
  }
}
