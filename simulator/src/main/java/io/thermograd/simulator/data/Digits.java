package io.thermograd.simulator.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/**
 * The handwritten digits of the UCI repository: 1,797 images of 8 × 8 pixels, scaled from 0…16 to
 * [0, 1]. Exact in float32, since the scale is a power of two.
 *
 * <p>Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
 * Learning Repository, doi:10.24432/C50P49, CC BY 4.0 (see digits.LICENSE.txt beside the resource).
 */
public final class Digits {
  public static final int SIZE = 1797;
  public static final int FEATURES = 64;
  public static final int CLASSES = 10;

  private static final String RESOURCE = "digits.csv.gz";
  private static final float FULL_PIXEL = 16f;

  private Digits() {}

  /** Reads the data set from the class path; about 20 ms. */
  public static Dataset load() {
    float[] inputs = new float[SIZE * FEATURES];
    int[] labels = new int[SIZE];
    int row = 0;
    try (BufferedReader lines = open()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split(",", -1);
        if (row == SIZE || cells.length != FEATURES + 1) {
          throw new IllegalStateException(
              "%s should have %d lines of %d numbers: line %d had %d"
                  .formatted(RESOURCE, SIZE, FEATURES + 1, row + 1, cells.length));
        }
        for (int j = 0; j < FEATURES; j++) {
          inputs[row * FEATURES + j] = Integer.parseInt(cells[j]) / FULL_PIXEL;
        }
        labels[row++] = Integer.parseInt(cells[FEATURES]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + RESOURCE, e);
    }
    if (row != SIZE) {
      throw new IllegalStateException(
          "%s should have %d lines: had %d".formatted(RESOURCE, SIZE, row));
    }
    return new Dataset("digits", FEATURES, CLASSES, inputs, labels);
  }

  private static BufferedReader open() throws IOException {
    InputStream resource = Digits.class.getResourceAsStream(RESOURCE);
    if (resource == null) {
      throw new IOException("resource is not on the class path: " + RESOURCE);
    }
    return new BufferedReader(
        new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.US_ASCII));
  }
}
