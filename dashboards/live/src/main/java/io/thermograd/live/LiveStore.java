package io.thermograd.live;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RunSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows: runs, their insights in the order of steps, their alerts. Bounded by {@link
 * LiveLimits}; whatever does not stay is counted in {@link #counts()}.
 *
 * <p>Records may come in any order and more than once: an insight is known by (run, attempt, step),
 * an alert by the same and its kind, and the last one to come wins.
 *
 * <p>Thread-safe. Putting costs O(log points) and now and then one pass over a run's points.
 */
public final class LiveStore {
  private final LiveLimits limits;
  private final Map<String, RunEntry> runs = new LinkedHashMap<>();
  private final List<Consumer<StoreEvent>> listeners = new CopyOnWriteArrayList<>();
  private boolean live = true;
  private long sequence;
  private int points;
  private long duplicates;
  private long thinned;
  private long evictedRuns;
  private long evictedAttempts;
  private long evictedAlerts;
  private long refused;
  private long unreadable;

  public LiveStore() {
    this(LiveLimits.DEFAULT);
  }

  public LiveStore(LiveLimits limits) {
    this.limits = limits;
  }

  /** Adds an insight, or replaces the one of the same run, attempt and step. */
  public synchronized void accept(Insight insight) {
    RunEntry run = admit(insight.runId(), insight.time());
    if (run == null) {
      return;
    }
    boolean changed = !run.attempts().containsKey(insight.attempt());
    RunEntry.AttemptEntry attempt = attempt(run, insight.attempt());
    if (attempt == null) {
      return;
    }
    CompactInsight before = attempt.points.size() == 0 ? null : attempt.points.last();
    PointSeries.Put put = attempt.points.put(CompactInsight.of(insight, before));
    if (put == PointSeries.Put.SAME) {
      duplicates++;
      return;
    }
    if (put == PointSeries.Put.ADDED) {
      points++;
      makeRoomForPoints(run, insight.attempt(), attempt);
    }
    sequence++;
    publish(new StoreEvent.InsightStored(sequence, insight));
    if (changed) {
      publish(new StoreEvent.RunChanged(sequence, insight.runId()));
    }
  }

  /** Adds an alert, or replaces the one of the same run, attempt, step and kind. */
  public synchronized void accept(Alert alert) {
    RunEntry run = admit(alert.runId(), alert.time());
    if (run == null) {
      return;
    }
    if (!run.add(alert)) {
      duplicates++;
      return;
    }
    if (run.alerts().size() > limits.alertsPerRun()) {
      run.alerts().pollFirst();
      evictedAlerts++;
    }
    sequence++;
    publish(new StoreEvent.AlertStored(sequence, alert));
  }

  /** Takes what is said about an attempt; an older summary never displaces a newer one. */
  public synchronized void accept(RunSummary summary) {
    String runId = summary.started().getRunId();
    RunEntry run = admit(runId, summary.time());
    RunEntry.AttemptEntry attempt =
        run == null ? null : attempt(run, summary.started().getAttempt());
    if (attempt == null) {
      return;
    }
    RunSummary known = attempt.summary;
    if (summary.equals(known) || (known != null && known.time() > summary.time())) {
      duplicates++;
      return;
    }
    attempt.summary = summary;
    publish(new StoreEvent.RunChanged(++sequence, runId));
  }

  /** Drops an attempt that the directory of runs no longer lists. */
  public synchronized void forget(String runId, int attempt) {
    RunEntry run = runs.get(runId);
    if (run == null || run.attempts().get(attempt) == null) {
      return;
    }
    remove(run, attempt);
    if (run.attempts().isEmpty()) {
      runs.remove(runId);
    }
    publish(new StoreEvent.RunChanged(++sequence, runId));
  }

  /** Counts a record that could not be decoded. */
  public synchronized void unreadable() {
    unreadable++;
  }

  /**
   * Says that history is being read: until {@link #caughtUp} changes are not announced one by one,
   * and pages say that history is loading.
   */
  public synchronized void catchingUp() {
    live = false;
  }

  /** Says that everything written so far has been read. */
  public synchronized void caughtUp() {
    if (!live) {
      live = true;
      publish(new StoreEvent.Reload(++sequence));
    }
  }

  /** Whether everything written so far has been read; true for a store nobody tails into. */
  public synchronized boolean live() {
    return live;
  }

  /** What is held and what was not kept. */
  public synchronized StoreCounts counts() {
    return new StoreCounts(
        runs.size(),
        points,
        duplicates,
        thinned,
        evictedRuns,
        evictedAttempts,
        evictedAlerts,
        refused,
        unreadable);
  }

  /** All runs, latest activity first. */
  synchronized List<RunView> runs() {
    List<RunView> views = new ArrayList<>(runs.size());
    runs.forEach((id, run) -> views.add(run.view(id)));
    views.sort(
        Comparator.comparingDouble(RunView::activity).reversed().thenComparing(RunView::runId));
    return views;
  }

  synchronized Optional<RunView> run(String runId) {
    RunEntry run = runs.get(runId);
    return run == null ? Optional.empty() : Optional.of(run.view(runId));
  }

  /**
   * The insights of steps greater than {@code since} in the order of steps; empty when there is no
   * such run or attempt.
   *
   * @param attempt the newest when empty
   */
  synchronized List<CompactInsight> insights(String runId, OptionalInt attempt, long since) {
    RunEntry run = runs.get(runId);
    if (run == null || run.attempts().isEmpty()) {
      return List.of();
    }
    RunEntry.AttemptEntry entry =
        run.attempts().get(attempt.orElseGet(() -> run.attempts().lastKey()));
    return entry == null ? List.of() : entry.points.after(since);
  }

  /**
   * Calls the listener with every further change, on the changing thread and under this store's
   * lock: it should hand over and return.
   *
   * @return ends the subscription
   */
  synchronized Runnable subscribe(Consumer<StoreEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private void publish(StoreEvent event) {
    if (live) {
      for (Consumer<StoreEvent> listener : listeners) {
        listener.accept(event);
      }
    }
  }

  private @Nullable RunEntry admit(String runId, double time) {
    RunEntry run = runs.get(runId);
    if (run == null) {
      if (runs.size() >= limits.runs() && !evictOlderThan(time)) {
        refused++;
        return null;
      }
      run = new RunEntry();
      runs.put(runId, run);
    }
    run.active(time);
    return run;
  }

  private boolean evictOlderThan(double time) {
    Map.Entry<String, RunEntry> oldest = null;
    for (Map.Entry<String, RunEntry> e : runs.entrySet()) {
      if (oldest == null || goesBefore(e.getValue(), oldest.getValue())) {
        oldest = e;
      }
    }
    if (oldest == null || oldest.getValue().activity() >= time) {
      return false;
    }
    String victim = oldest.getKey();
    points -= oldest.getValue().points();
    runs.remove(victim);
    evictedRuns++;
    publish(new StoreEvent.RunChanged(++sequence, victim));
    return true;
  }

  private static boolean goesBefore(RunEntry a, RunEntry b) {
    return a.finished() != b.finished() ? a.finished() : a.activity() < b.activity();
  }

  private RunEntry.@Nullable AttemptEntry attempt(RunEntry run, int number) {
    boolean isNew = !run.attempts().containsKey(number);
    if (isNew && run.attempts().size() >= limits.attemptsPerRun()) {
      if (number < run.attempts().firstKey()) {
        refused++;
        return null;
      }
      remove(run, run.attempts().firstKey());
      evictedAttempts++;
    }
    RunEntry.AttemptEntry entry = run.attempt(number);
    if (isNew && number == run.attempts().lastKey()) {
      run.attempts().headMap(number).values().forEach(a -> thin(a, limits.pointsPerAttempt() / 4));
    }
    return entry;
  }

  private void remove(RunEntry run, int attempt) {
    RunEntry.AttemptEntry gone = run.attempts().remove(attempt);
    points -= gone == null ? 0 : gone.points.size();
    run.alerts().removeIf(a -> a.attempt() == attempt);
  }

  private void makeRoomForPoints(RunEntry run, int number, RunEntry.AttemptEntry attempt) {
    int limit = limits.pointsPerAttempt();
    int allowed = number == run.attempts().lastKey() ? limit : limit / 4;
    if (attempt.points.size() > allowed) {
      // Well below the limit, so that the pass over the points is rare.
      thin(attempt, allowed * 3 / 4);
    }
    while (points > limits.pointsInTotal()) {
      int before = points;
      runs.values().stream()
          .filter(r -> r.attempts().values().stream().anyMatch(LiveStore::canShrink))
          .min(Comparator.comparingDouble(RunEntry::activity))
          .ifPresent(r -> r.attempts().values().forEach(a -> thin(a, LiveLimits.FLOOR)));
      if (points == before) {
        thin(attempt, Math.max(8, attempt.points.size() * 3 / 4));
        return;
      }
    }
  }

  private static boolean canShrink(RunEntry.AttemptEntry a) {
    return a.points.size() > LiveLimits.FLOOR;
  }

  private void thin(RunEntry.AttemptEntry attempt, int target) {
    int gone = attempt.points.thinTo(target);
    points -= gone;
    thinned += gone;
  }
}
