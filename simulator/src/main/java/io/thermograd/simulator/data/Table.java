package io.thermograd.simulator.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/**
 * A data set that ships as a resource: compressed lines of numbers separated by commas, the
 * features and then the class.
 *
 * @param name of the resource without {@code .csv.gz}, and of the data set
 * @param scale what every feature is divided by
 */
record Table(String name, int size, int features, int classes, float scale) {

  /** Reads it; an IllegalStateException says which line is not as it should be. */
  Dataset load() {
    float[] inputs = new float[size * features];
    int[] labels = new int[size];
    int row = 0;
    try (BufferedReader lines = open()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split(",", -1);
        if (row == size || cells.length != features + 1) {
          throw new IllegalStateException(
              "%s should have %d lines of %d numbers: line %d had %d"
                  .formatted(resource(), size, features + 1, row + 1, cells.length));
        }
        for (int j = 0; j < features; j++) {
          inputs[row * features + j] = Float.parseFloat(cells[j]) / scale;
        }
        labels[row++] = Integer.parseInt(cells[features]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + resource(), e);
    }
    if (row != size) {
      throw new IllegalStateException(
          "%s should have %d lines: had %d".formatted(resource(), size, row));
    }
    return new Dataset(name, features, classes, inputs, labels);
  }

  private String resource() {
    return name + ".csv.gz";
  }

  private BufferedReader open() throws IOException {
    InputStream resource = Table.class.getResourceAsStream(resource());
    if (resource == null) {
      throw new IOException("resource is not on the class path: " + resource());
    }
    return new BufferedReader(
        new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.US_ASCII));
  }
}
