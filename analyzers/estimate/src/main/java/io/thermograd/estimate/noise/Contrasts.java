package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.SketchMath;

/**
 * The m−1 Helmert contrasts of a step's micro-batch gradients, for micro-batches of any sizes b_j:
 *
 * <p>e_j = √(B_j·b_{j+1}/B_{j+1})·(mean of the first j − g_{j+1}), B_j = b_1 + … + b_j.
 *
 * <p>Each has mean 0 and covariance Σ (per example, for independent draws), they are uncorrelated,
 * and Σ_j‖e_j‖² = Σ_j b_j‖g_j − ḡ‖². Computed by centred updates: nothing large is subtracted that
 * was squared before. O(mk).
 *
 * <p>One object serves one step after another in the same storage, so that steps of one shape
 * allocate nothing: whoever needs numbers of it at the next step copies them. One owner thread.
 */
public final class Contrasts {
  /** Floats that are kept for the next step; more, as of hundreds of ranks, are made anew. */
  private static final int KEPT = 1 << 16;

  private final SketchMath math;
  private float[][] rows = new float[0][];
  private float[] mean = new float[0];
  private double[] squares = new double[0];

  Contrasts(SketchMath math) {
    this.math = math;
  }

  static Contrasts of(float[][] sketches, int[] examples) {
    Contrasts contrasts = new Contrasts(new SketchMath());
    contrasts.set(sketches, examples);
    return contrasts;
  }

  /** Replaces all by the contrasts of another step, m ≥ 1 sketches of equal length. */
  void set(float[][] sketches, int[] examples) {
    int k = sketches[0].length;
    start(sketches[0], sketches.length - 1, k);
    long before = examples[0];
    for (int j = 1; j < sketches.length; j++) {
      advance(sketches[j], before, examples[j], j - 1);
      before += examples[j];
    }
  }

  /** The same for two gradients. */
  void set(float[] first, int firstExamples, float[] second, int secondExamples) {
    start(first, 1, first.length);
    advance(second, firstExamples, secondExamples, 0);
  }

  private void start(float[] first, int count, int k) {
    if (mean.length != k) {
      mean = new float[k];
      clear();
    }
    if (rows.length != count) {
      rows = new float[count][k];
      squares = new double[count];
    }
    System.arraycopy(first, 0, mean, 0, k);
  }

  private void advance(float[] g, long before, int examples, int row) {
    long after = before + examples;
    float share = (float) ((double) examples / after);
    float scale = (float) Math.sqrt((double) before * examples / after);
    advance(mean, g, share, scale, rows[row]);
    squares[row] = math.sqnorm(rows[row]);
  }

  private static void advance(float[] mean, float[] g, float share, float scale, float[] row) {
    for (int i = 0; i < mean.length; i++) {
      float difference = mean[i] - g[i];
      row[i] = scale * difference;
      mean[i] -= share * difference;
    }
  }

  /** Lets go of storage that is too large to keep for the next step. */
  void release() {
    if ((long) rows.length * mean.length > KEPT) {
      clear();
    }
  }

  private void clear() {
    rows = new float[0][];
    squares = new double[0];
  }

  /** m−1, 0 before the first step. */
  public int count() {
    return rows.length;
  }

  /** e_j, m−1 rows of k; until the next step, and not to be changed. */
  public float[][] rows() {
    return rows;
  }

  /** ‖e_j‖². */
  public double[] squares() {
    return squares;
  }

  /** Mean of ‖e_j‖². */
  public double scatter() {
    double sum = 0;
    for (double square : squares) {
      sum += square;
    }
    return sum / squares.length;
  }

  /** S ḡ, example-weighted; until the next step, and not to be changed. */
  public float[] mean() {
    return mean;
  }
}
