package io.thermograd.simulator.landscape;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What scipy found, read from landscapes.txt. */
final class LandscapeFixture {
  record Critical(int index, double value, double[] at, double[] eigenvalues) {}

  record Barrier(int from, int to, double rise) {}

  record Start(int minimum, double[] at) {}

  final String name;
  final int dim;
  final List<Critical> critical = new ArrayList<>();
  final List<Barrier> barriers = new ArrayList<>();
  final List<Start> starts = new ArrayList<>();

  private LandscapeFixture(String name, int dim) {
    this.name = name;
    this.dim = dim;
  }

  static List<LandscapeFixture> all() {
    List<LandscapeFixture> all = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    LandscapeFixture.class.getResourceAsStream("landscapes.txt")),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
          case "#" -> {}
          case "landscape" -> all.add(new LandscapeFixture(words[1], Integer.parseInt(words[2])));
          default -> all.get(all.size() - 1).add(words);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private void add(String[] words) {
    double[] numbers = Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray();
    int first = (int) numbers[0];
    switch (words[0]) {
      case "critical" ->
          critical.add(
              new Critical(
                  first,
                  numbers[1],
                  Arrays.copyOfRange(numbers, 2, 2 + dim),
                  Arrays.copyOfRange(numbers, 2 + dim, 2 + 2 * dim)));
      case "barrier" -> barriers.add(new Barrier(first, (int) numbers[1], numbers[2]));
      case "basin" -> starts.add(new Start(first, Arrays.copyOfRange(numbers, 1, 1 + dim)));
      default -> throw new IllegalArgumentException("unknown line: " + words[0]);
    }
  }

  List<Critical> minima() {
    return critical.stream().filter(point -> point.index() == 0).toList();
  }

  @Override
  public String toString() {
    return name;
  }
}
