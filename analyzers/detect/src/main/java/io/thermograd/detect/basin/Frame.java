package io.thermograd.detect.basin;

import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.numeric.SymmetricEigen;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * At most {@value Trail#WIDTH} coordinates of the parameters: all of them where there are no more,
 * else the projections of the sketch onto its leading principal directions, by incremental singular
 * value decomposition of blocks of sampled sketches around their running mean. The frame itself
 * turns only when it is told to, so that what was measured in it can be turned along.
 *
 * <p>Inner products of sketches err by √(2/k) relative to the norms, the same way every time: a
 * place looks alike whenever the run comes by. O(k) a step; about 20 sketches. One owner thread.
 */
final class Frame {
  private static final int WIDTH = Trail.WIDTH;
  private static final int BLOCK = 8;

  /** Blocks before a frame is worth using. */
  private static final int FIRST = 2;

  private static final int ROWS = WIDTH + BLOCK + 1;

  private final SketchMath math = new SketchMath();
  private float[] origin = new float[0];
  private float[] mean = new float[0];
  private float[][] spread = new float[0][];
  private float[][] basis = new float[0][];
  private final float[][] block = new float[BLOCK][];
  private float[] offset = new float[0];
  private int filled;
  private double weight;
  private long blocks;
  private @Nullable SymmetricEigen eigen;

  /** Whether the sketch itself is the frame. */
  boolean whole() {
    return origin.length <= WIDTH;
  }

  /** Of the sketch; 0 before the first. */
  int coordinates() {
    return origin.length;
  }

  /** Coordinates; 0 before the first sketch. */
  int width() {
    return Math.min(origin.length, WIDTH);
  }

  /** Whether coordinates can be had. */
  boolean ready() {
    return origin.length > 0 && (whole() || basis.length > 0);
  }

  /** False for a sketch of another length than the first. */
  boolean fits(float[] sketch) {
    if (origin.length == 0 && sketch.length > 0) {
      origin = sketch.clone();
      offset = new float[sketch.length];
      if (!whole()) {
        mean = new float[sketch.length];
        for (int i = 0; i < BLOCK; i++) {
          block[i] = new float[sketch.length];
        }
      }
    }
    return sketch.length == origin.length && sketch.length > 0;
  }

  /** Coordinates of a sketch. */
  void project(float[] sketch, double[] x) {
    if (whole()) {
      for (int i = 0; i < origin.length; i++) {
        x[i] = sketch[i];
      }
      return;
    }
    for (int i = 0; i < offset.length; i++) {
      offset[i] = sketch[i] - origin[i];
    }
    for (int i = 0; i < basis.length; i++) {
      x[i] = math.dot(basis[i], offset);
    }
  }

  /** Takes a sketch into account for the next frame. */
  void sample(float[] sketch) {
    if (whole()) {
      return;
    }
    float[] row = block[filled];
    for (int i = 0; i < row.length; i++) {
      row[i] = sketch[i] - origin[i];
    }
    filled++;
    if (filled == BLOCK) {
      absorb();
      filled = 0;
      blocks++;
      if (blocks == FIRST) {
        turn();
      }
    }
  }

  /** What was sampled so far counts half. */
  void halve() {
    weight /= 2;
    for (float[] row : spread) {
      for (int i = 0; i < row.length; i++) {
        row[i] *= 0.70710677f;
      }
    }
  }

  private void absorb() {
    int k = origin.length;
    float[][] rows = new float[ROWS][];
    int count = 0;
    for (float[] row : spread) {
      rows[count++] = row;
    }
    float[] blockMean = new float[k];
    for (float[] row : block) {
      for (int i = 0; i < k; i++) {
        blockMean[i] += row[i] / BLOCK;
      }
    }
    float shift = (float) Math.sqrt(weight * BLOCK / (weight + BLOCK));
    float[] between = new float[k];
    for (int i = 0; i < k; i++) {
      between[i] = shift * (blockMean[i] - mean[i]);
      mean[i] += (float) (BLOCK / (weight + BLOCK)) * (blockMean[i] - mean[i]);
      for (float[] row : block) {
        row[i] -= blockMean[i];
      }
    }
    weight += BLOCK;
    for (float[] row : block) {
      rows[count++] = row;
    }
    rows[count++] = between;
    reduce(rows, count);
  }

  /** Leading directions of the rows, as long as they are spread. */
  private void reduce(float[][] rows, int count) {
    double[] gram = new double[count * count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j <= i; j++) {
        gram[i * count + j] = math.dot(rows[i], rows[j]);
      }
    }
    SymmetricEigen solver = eigen;
    if (solver == null) {
      solver = new SymmetricEigen(ROWS, SpectrumKernel.best());
      eigen = solver;
    }
    if (!solver.decompose(gram, count, count)) {
      return;
    }
    float[][] next = new float[WIDTH][origin.length];
    for (int m = 0; m < WIDTH; m++) {
      int j = 0;
      for (; j + 1 < count; j += 2) {
        add(
            (float) solver.vector(m, j),
            rows[j],
            (float) solver.vector(m, j + 1),
            rows[j + 1],
            next[m]);
      }
      if (j < count) {
        add((float) solver.vector(m, j), rows[j], next[m]);
      }
    }
    spread = next;
  }

  private static void add(float c, float[] row, float[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += c * row[i];
    }
  }

  /** One after the other, in one pass. */
  private static void add(float c, float[] row, float d, float[] other, float[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] = sum[i] + c * row[i] + d * other[i];
    }
  }

  /**
   * Turns the frame to where the parameters have spread most; the rotation R from old coordinates
   * to new ones, empty where nothing turned.
   */
  double[][] turn() {
    if (whole() || spread.length == 0) {
      return new double[0][];
    }
    float[][] next = new float[WIDTH][];
    for (int m = 0; m < WIDTH; m++) {
      next[m] = spread[m].clone();
      double norm = Math.sqrt(math.sqnorm(next[m]));
      float inverse = norm > 0 ? (float) (1 / norm) : 0;
      for (int i = 0; i < next[m].length; i++) {
        next[m][i] *= inverse;
      }
    }
    double[][] r = new double[basis.length == 0 ? 0 : WIDTH][WIDTH];
    for (int i = 0; i < r.length; i++) {
      for (int j = 0; j < WIDTH; j++) {
        r[i][j] = math.dot(next[i], basis[j]);
      }
    }
    basis = next;
    return r;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(origin.length);
    StateArrays.write(out, origin, 0, origin.length);
    if (whole()) {
      return;
    }
    StateArrays.write(out, mean, 0, mean.length);
    StateArrays.write(out, spread);
    StateArrays.write(out, basis);
    out.writeInt(filled);
    for (int i = 0; i < filled; i++) {
      StateArrays.write(out, block[i], 0, block[i].length);
    }
    out.writeDouble(weight);
    out.writeLong(blocks);
  }

  void readFrom(DataInput in) throws IOException {
    int k = in.readInt();
    if (k < 0 || k > 1 << 24) {
      throw new IOException("state claims a sketch of " + k + " floats");
    }
    origin = new float[k];
    StateArrays.read(in, origin, 0, k);
    offset = new float[k];
    if (whole()) {
      return;
    }
    mean = new float[k];
    StateArrays.read(in, mean, 0, k);
    spread = StateArrays.readRows(in);
    basis = StateArrays.readRows(in);
    filled = in.readInt();
    for (int i = 0; i < BLOCK; i++) {
      block[i] = new float[k];
      if (i < filled) {
        StateArrays.read(in, block[i], 0, k);
      }
    }
    weight = in.readDouble();
    blocks = in.readLong();
  }
}
