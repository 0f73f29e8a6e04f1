package io.thermograd.accuracy;

import java.util.SplittableRandom;

/**
 * Normal noise in P = 20,000 dimensions with given eigenvalues and eigenvectors that are spread
 * over all coordinates: a random permutation and random signs, then two orthogonal Walsh–Hadamard
 * transforms that overlap. (In a sketch that hashes coordinates, eigenvectors along the axes would
 * be kept exactly, which flatters.)
 */
final class DenseNoise {
  static final int P = 20_000;
  private static final int BLOCK = 16_384;

  private final double[] sds = new double[P];
  private final int[] place = new int[P];
  private final float[] firstSigns = new float[P];
  private final float[] secondSigns = new float[P];
  private final SplittableRandom random;

  DenseNoise(double[] eigenvalues, long seed) {
    this.random = new SplittableRandom(seed);
    for (int i = 0; i < P; i++) {
      sds[i] = Math.sqrt(eigenvalues[i]);
      int j = random.nextInt(i + 1);
      place[i] = place[j];
      place[j] = i;
      firstSigns[i] = random.nextBoolean() ? 1 : -1;
      secondSigns[i] = random.nextBoolean() ? 1 : -1;
    }
  }

  /** λ_i = i^−0.8: tr Σ = 32, d_eff = 450. */
  static double[] powerLaw() {
    double[] eigenvalues = new double[P];
    for (int i = 0; i < P; i++) {
      eigenvalues[i] = Math.pow(i + 1, -0.8);
    }
    return eigenvalues;
  }

  /** Ten directions, 10/i, above a flat bulk of five times their trace. */
  static double[] spiked() {
    double[] eigenvalues = new double[P];
    for (int i = 0; i < P; i++) {
      eigenvalues[i] = i < 10 ? 10.0 / (i + 1) : 150.0 / (P - 10);
    }
    return eigenvalues;
  }

  /** As many equal directions, and nothing else. */
  static double[] isotropic(int directions) {
    double[] eigenvalues = new double[P];
    java.util.Arrays.fill(eigenvalues, 0, directions, 1);
    return eigenvalues;
  }

  static double effectiveDimension(double[] eigenvalues) {
    double trace = 0;
    double squares = 0;
    for (double v : eigenvalues) {
      trace += v;
      squares += v * v;
    }
    return trace * trace / squares;
  }

  void next(float[] x) {
    for (int i = 0; i < P; i++) {
      double normal = sds[i] == 0 ? 0 : sds[i] * random.nextGaussian();
      x[place[i]] = firstSigns[i] * (float) normal;
    }
    mix(x, 0);
    for (int i = 0; i < P; i++) {
      x[i] *= secondSigns[i];
    }
    mix(x, P - BLOCK);
  }

  private static void mix(float[] x, int from) {
    for (int h = 1; h < BLOCK; h *= 2) {
      for (int i = from; i < from + BLOCK; i += 2 * h) {
        for (int j = i; j < i + h; j++) {
          float a = x[j];
          float b = x[j + h];
          x[j] = a + b;
          x[j + h] = a - b;
        }
      }
    }
    float scale = (float) (1 / Math.sqrt(BLOCK));
    for (int i = from; i < from + BLOCK; i++) {
      x[i] *= scale;
    }
  }
}
