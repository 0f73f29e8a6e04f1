package io.thermograd.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A scrape in the text format, read line by line. */
record Scrape(String text, Map<String, Double> samples) {

  static Scrape of(ThermogradMetrics metrics) {
    return parse(metrics.scrape());
  }

  static Scrape parse(String text) {
    Map<String, Double> samples = new LinkedHashMap<>();
    text.lines()
        .filter(l -> !l.startsWith("#") && !l.isBlank())
        .forEach(
            l -> {
              int space = l.lastIndexOf(' ');
              samples.put(
                  l.substring(0, space),
                  Double.parseDouble(l.substring(space + 1).replace("Inf", "Infinity")));
            });
    return new Scrape(text, samples);
  }

  @Nullable Double value(String series) {
    return samples.get(series);
  }

  List<String> seriesWith(String part) {
    return samples.keySet().stream().filter(s -> s.contains(part)).toList();
  }

  /** Name and type of every family. */
  Map<String, String> types() {
    Map<String, String> types = new LinkedHashMap<>();
    text.lines()
        .filter(l -> l.startsWith("# TYPE "))
        .forEach(l -> types.put(l.split(" ", -1)[2], l.split(" ", -1)[3]));
    return types;
  }

  /** The label names of one series. */
  static Set<String> labelNames(String series) {
    Set<String> names = new TreeSet<>();
    int open = series.indexOf('{');
    if (open >= 0) {
      for (String pair : series.substring(open + 1, series.length() - 1).split(",", -1)) {
        names.add(pair.substring(0, pair.indexOf('=')));
      }
    }
    return names;
  }
}
