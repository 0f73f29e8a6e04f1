package io.thermograd.theory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Cases written by a script of src/test/python: a line of parameters, then named values. */
record Fixture(double[] parameters, Map<String, double[]> values) {

  static List<Fixture> read(String resource) {
    List<Fixture> cases = new ArrayList<>();
    for (String line : lines(resource)) {
      String[] words = line.split(" ");
      double[] numbers = Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray();
      if (words[0].equals("case")) {
        cases.add(new Fixture(numbers, new LinkedHashMap<>()));
      } else {
        cases.get(cases.size() - 1).values.put(words[0], numbers);
      }
    }
    return cases;
  }

  /** The lines with one name, as numbers. */
  static List<double[]> rows(String resource, String name) {
    return lines(resource).stream()
        .map(line -> line.split(" "))
        .filter(words -> words[0].equals(name))
        .map(words -> Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray())
        .toList();
  }

  /** A square matrix. */
  double[][] matrix(String name) {
    double[] flat = Objects.requireNonNull(values.get(name), name);
    int n = (int) Math.round(Math.sqrt(flat.length));
    double[][] m = new double[n][];
    for (int i = 0; i < n; i++) {
      m[i] = Arrays.copyOfRange(flat, i * n, (i + 1) * n);
    }
    return m;
  }

  private static List<String> lines(String resource) {
    try {
      return Files.readAllLines(
          Path.of(Objects.requireNonNull(Fixture.class.getResource(resource), resource).toURI()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
