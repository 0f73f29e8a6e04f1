package io.thermograd.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The labels of a run's series: {@code run}, and the run's own ones bounded so that a trainer
 * cannot hurt the Prometheus that scrapes it: at most {@value #MAX_OWN} of them, names made valid,
 * values cut at {@value #MAX_VALUE} characters.
 *
 * <p>Immutable in what it says; thread-safe.
 */
final class RunLabels {
  static final int MAX_OWN = 8;
  static final int MAX_VALUE = 128;

  /** Names that Prometheus or this catalogue give a meaning; a run's own one gets a prefix. */
  static final Set<String> RESERVED =
      Set.of(
          "run",
          "attempt",
          "step",
          "estimator",
          "quantity",
          "regime",
          "overlay",
          "forecast",
          "name",
          "kind",
          "severity",
          "reason",
          "status",
          "partition",
          "index",
          "le",
          "job",
          "instance",
          "alertname");

  /** Distinct values of {@code estimator}, {@code regime} and {@code overlay} are a few dozen. */
  private static final int MAX_CACHED = 64;

  private final Map<String, String> source;
  private final Labels labels;
  private final int dropped;
  private final Map<String, Labels> extended = new ConcurrentHashMap<>();

  private RunLabels(Map<String, String> source, Labels labels, int dropped) {
    this.source = source;
    this.labels = labels;
    this.dropped = dropped;
  }

  static RunLabels of(String runId, Map<String, String> own) {
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    names.add("run");
    values.add(runId);
    int dropped = 0;
    // Sorted, so that which labels are kept does not depend on a map's order.
    for (Map.Entry<String, String> e : new TreeMap<>(own).entrySet()) {
      if (e.getValue().isEmpty()) {
        continue; // to Prometheus an empty label is no label
      }
      String name = validName(e.getKey());
      if (names.size() > MAX_OWN || names.contains(name)) {
        dropped++;
        continue;
      }
      names.add(name);
      values.add(shorten(e.getValue()));
    }
    return new RunLabels(Map.copyOf(own), Labels.of(names, values), dropped);
  }

  /** The run's labels alone. */
  Labels labels() {
    return labels;
  }

  /** Labels of the run that were left out: too many, or the same name once made valid. */
  int dropped() {
    return dropped;
  }

  boolean madeFrom(Map<String, String> own) {
    return source.equals(own);
  }

  /** The run's labels and one more. */
  Labels with(String name, String value) {
    String key = name + '=' + value;
    Labels known = extended.get(key);
    if (known != null) {
      return known;
    }
    Labels made = labels.add(name, value);
    if (extended.size() < MAX_CACHED) {
      extended.put(key, made);
    }
    return made;
  }

  private static String validName(String name) {
    StringBuilder b = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean digit = c >= '0' && c <= '9';
      b.append(letter || digit ? c : '_');
    }
    String valid = b.length() <= MAX_VALUE ? b.toString() : b.substring(0, MAX_VALUE);
    boolean startsWell = !valid.isEmpty() && !Character.isDigit(valid.charAt(0));
    // Names that start with two underscores belong to Prometheus itself.
    return startsWell && !valid.startsWith("__") && !RESERVED.contains(valid)
        ? valid
        : "label_" + valid;
  }

  private static String shorten(String value) {
    if (value.length() <= MAX_VALUE) {
      return value;
    }
    int end = Character.isHighSurrogate(value.charAt(MAX_VALUE - 1)) ? MAX_VALUE - 1 : MAX_VALUE;
    return value.substring(0, end);
  }
}
