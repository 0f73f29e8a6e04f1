package io.thermograd.simulator.model;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One block of a fixture file: lines of a key and its words, begun by a line of the first key. */
record Fixture(Map<String, String[]> lines) {

  /** The block whose {@code first} key has the value {@code name}. */
  static Fixture read(String file, String first, String name) {
    return all(file, first).stream()
        .filter(fixture -> fixture.words(first)[0].equals(name))
        .findFirst()
        .orElseThrow();
  }

  static List<Fixture> all(String file, String first) {
    List<Fixture> fixtures = new ArrayList<>();
    try (InputStream in = Fixture.class.getResourceAsStream(file);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("#")) {
          continue;
        }
        if (words[0].equals(first)) {
          fixtures.add(new Fixture(new HashMap<>()));
        }
        fixtures
            .get(fixtures.size() - 1)
            .lines()
            .put(words[0], Arrays.copyOfRange(words, 1, words.length));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return fixtures;
  }

  String[] words(String key) {
    return Objects.requireNonNull(lines.get(key), key);
  }

  double[] numbers(String key) {
    return Arrays.stream(words(key)).mapToDouble(Double::parseDouble).toArray();
  }

  double number(String key) {
    return numbers(key)[0];
  }
}
