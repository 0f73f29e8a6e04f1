package io.thermograd.estimate.noise;

/**
 * The m−1 Helmert contrasts of a step's micro-batch gradients, for micro-batches of any sizes b_j:
 *
 * <p>e_j = √(B_j·b_{j+1}/B_{j+1})·(mean of the first j − g_{j+1}), B_j = b_1 + … + b_j.
 *
 * <p>Each has mean 0 and covariance Σ (per example, for independent draws), they are uncorrelated,
 * and Σ_j‖e_j‖² = Σ_j b_j‖g_j − ḡ‖². Computed by centred updates: nothing large is subtracted that
 * was squared before. O(mk).
 *
 * @param rows e_j, m−1 rows of k
 * @param mean S ḡ, example-weighted
 */
public record Contrasts(float[][] rows, float[] mean) {

  static Contrasts of(float[][] sketches, int[] examples) {
    int k = sketches[0].length;
    float[] mean = sketches[0].clone();
    float[][] rows = new float[sketches.length - 1][k];
    long before = examples[0];
    for (int j = 1; j < sketches.length; j++) {
      long after = before + examples[j];
      float share = (float) ((double) examples[j] / after);
      float scale = (float) Math.sqrt((double) before * examples[j] / after);
      advance(mean, sketches[j], share, scale, rows[j - 1]);
      before = after;
    }
    return new Contrasts(rows, mean);
  }

  private static void advance(float[] mean, float[] g, float share, float scale, float[] row) {
    for (int i = 0; i < mean.length; i++) {
      float difference = mean[i] - g[i];
      row[i] = scale * difference;
      mean[i] -= share * difference;
    }
  }
}
