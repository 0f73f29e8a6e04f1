package io.thermograd.live;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RunSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the store holds of one run. Not thread-safe. */
final class RunEntry {
  /** One start of a run. */
  static final class AttemptEntry {
    @Nullable RunSummary summary;
    final PointSeries points = new PointSeries();
  }

  /** By step, as the page lists them; the key tells alerts of one step apart. */
  private static final Comparator<Alert> BY_STEP =
      Comparator.comparingInt(Alert::attempt)
          .thenComparingLong(Alert::step)
          .thenComparing(Alert::kind);

  private final TreeMap<Integer, AttemptEntry> attempts = new TreeMap<>();
  private final TreeSet<Alert> alerts = new TreeSet<>(BY_STEP);
  private double activity = Double.NEGATIVE_INFINITY;

  AttemptEntry attempt(int number) {
    return attempts.computeIfAbsent(number, n -> new AttemptEntry());
  }

  TreeMap<Integer, AttemptEntry> attempts() {
    return attempts;
  }

  /** False when the very same alert was there. */
  boolean add(Alert alert) {
    Alert floor = alerts.floor(alert);
    if (alert.equals(floor)) {
      return false;
    }
    alerts.remove(alert);
    alerts.add(alert);
    return true;
  }

  TreeSet<Alert> alerts() {
    return alerts;
  }

  void active(double time) {
    activity = Math.max(activity, time);
  }

  /** The latest time of an event of this run, in seconds since the Unix epoch. */
  double activity() {
    return activity;
  }

  boolean finished() {
    if (attempts.isEmpty()) {
      return false;
    }
    RunSummary summary = attempts.lastEntry().getValue().summary;
    return summary != null && summary.status() != RunSummary.Status.RUNNING;
  }

  int points() {
    int sum = 0;
    for (AttemptEntry a : attempts.values()) {
      sum += a.points.size();
    }
    return sum;
  }

  RunView view(String runId) {
    List<RunView.Attempt> views = new ArrayList<>();
    attempts.forEach(
        (number, a) -> {
          Insight latest = a.points.size() == 0 ? null : a.points.last().toInsight();
          views.add(new RunView.Attempt(number, a.summary, latest, a.points.size()));
        });
    return new RunView(runId, views, activity, List.copyOf(alerts));
  }
}
