package io.thermograd.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Rows to decompose, the same for every contender: normal, with eigenvalues i^−0.8 along the axes.
 * Errors are against these.
 */
final class SpectrumStream {
  static final int ROWS = 8_192;
  private static final double EXPONENT = 0.8;

  private SpectrumStream() {}

  static float[][] rows(int k) {
    SplittableRandom random = new SplittableRandom(11);
    float[][] rows = new float[ROWS][k];
    for (float[] row : rows) {
      for (int i = 0; i < k; i++) {
        row[i] = (float) (Math.sqrt(eigenvalue(i)) * random.nextGaussian());
      }
    }
    return rows;
  }

  private static double eigenvalue(int i) {
    return Math.pow(i + 1, -EXPONENT);
  }

  /** Mean relative error of the top ten. */
  static double error(double[] values) {
    double sum = 0;
    for (int i = 0; i < 10; i++) {
      sum += Math.abs(values[i] / eigenvalue(i) - 1) / 10;
    }
    return sum;
  }

  /** Writes the rows as little-endian float32. */
  static void write(float[][] rows, Path file) {
    ByteBuffer bytes =
        ByteBuffer.allocate(4 * rows.length * rows[0].length).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      for (float x : row) {
        bytes.putFloat(x);
      }
    }
    try {
      Files.write(file, bytes.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
