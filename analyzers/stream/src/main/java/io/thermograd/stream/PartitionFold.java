package io.thermograd.stream;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunStarted;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of one partition as a deterministic fold over its records.
 *
 * <p><b>Exact after a restart.</b> Every run carries the offset of its last record. A record at or
 * below that offset is skipped, for its effect and its outputs are already there; so the runs may
 * come from snapshots of different ages, as long as the replay begins at or before the oldest
 * record that any of them lacks.
 *
 * <p><b>Bounded.</b> A run is forgotten when {@link FoldLimits#maxSilentRuns} runs have started
 * since its last record; one that has finished shrinks to a few bytes after {@link
 * FoldLimits#maxFinishedRuns}. This depends on the run's own last record and on one number, the
 * partition's count of run starts, and on nothing about other runs: a replay over snapshots of
 * different ages forgets at the same records as the original did. An older snapshot of a run is
 * forgotten no later than a newer one, so it cannot come back after that. Memory is bounded by
 * {@code maxSilentRuns} plus the runs that really are active at once.
 *
 * <p>Every record is exactly one of accepted, rejected, skipped.
 *
 * <p>Not thread-safe: one owner thread. No input or output of its own.
 */
final class PartitionFold {
  /** What became of a record. */
  enum Outcome {
    ACCEPTED,
    REJECTED,
    SKIPPED
  }

  private static final Logger log = LoggerFactory.getLogger(PartitionFold.class);

  /** What a rebuild concludes had been written before. */
  private static final PartitionOutput SILENT = new SilentOutput();

  private final AnalysisConfig config;
  private final FoldLimits limits;
  private final RecordDecoder decoder;
  private final Map<String, RunEntry> runs = new HashMap<>();
  private final Set<RunEntry> dirty = new LinkedHashSet<>();
  private final Set<RunEntry> touched = new LinkedHashSet<>();
  private final List<RunEntry> forgotten = new ArrayList<>();

  private long position;
  private long starts;
  private long startsFrom;
  private long rebuildUntil;
  private Set<String> rebuilding = Set.of();

  PartitionFold(AnalysisConfig config, FoldLimits limits) {
    this.config = config;
    this.limits = limits;
    this.decoder = new RecordDecoder(limits);
  }

  /** Puts a run back as its snapshot has it. */
  void restore(RunEntry entry) {
    runs.put(entry.runId, entry);
  }

  /**
   * Says where the records begin.
   *
   * @param offset of the first record to come
   * @param starts the count of run starts before the first record at or after {@code startsFrom}
   * @param startsFrom records before this offset are already in that count
   */
  void startAt(long offset, long starts, long startsFrom) {
    this.position = offset;
    this.starts = starts;
    this.startsFrom = startsFrom;
  }

  /**
   * Makes the records before {@code until} serve only to rebuild these runs, whose snapshots could
   * not be read: no outputs, which had been written the first time, and nothing else changes.
   */
  void rebuild(Set<String> runIds, long until) {
    rebuilding = Set.copyOf(runIds);
    rebuildUntil = until;
  }

  /** Whether records are still being read only to rebuild runs. */
  boolean rebuilding() {
    return position < rebuildUntil;
  }

  /** Offset of the next record. */
  long position() {
    return position;
  }

  /** Valid run starts among the records before {@link #position}. */
  long starts() {
    return starts;
  }

  /** Records before this offset are in {@link #starts} already; at most the position as a rule. */
  long startsFrom() {
    return Math.max(startsFrom, position);
  }

  Collection<RunEntry> runs() {
    return Collections.unmodifiableCollection(runs.values());
  }

  /** Runs whose state has changed since the last {@link #clean}. */
  List<RunEntry> dirty() {
    return List.copyOf(dirty);
  }

  /** Their state has been made durable. */
  void clean(Collection<RunEntry> saved) {
    dirty.removeAll(new LinkedHashSet<>(saved));
  }

  /** Runs with a record since the last call. */
  List<RunEntry> drainTouched() {
    List<RunEntry> list = List.copyOf(touched);
    touched.clear();
    return list;
  }

  /** Runs given up since the last call, because they were forgotten. */
  List<RunEntry> drainForgotten() {
    tidy();
    List<RunEntry> list = List.copyOf(forgotten);
    forgotten.clear();
    return list;
  }

  /** Applies one record. Never throws for what the record holds. */
  Outcome apply(
      long offset, byte @Nullable [] key, byte @Nullable [] value, PartitionOutput output) {
    boolean repair = offset < rebuildUntil;
    position = offset + 1;
    if (!repair && !rebuilding.isEmpty()) {
      endRebuild();
    }
    Event event;
    String runId;
    try {
      event = decoder.decode(key, value);
      runId = EventCodec.runId(event);
    } catch (InvalidEventException e) {
      if (repair) {
        return Outcome.SKIPPED;
      }
      output.deadLetter(new DeadLetter(e.kind(), RecordDecoder.message(e), offset, key, value));
      return Outcome.REJECTED;
    }
    if (event.hasRunStarted() && offset >= startsFrom) {
      starts++;
      if (starts % 64 == 0) {
        tidy();
      }
    }
    RunEntry entry = runs.get(runId);
    if (entry != null && offset <= entry.includedOffset) {
      return Outcome.SKIPPED;
    }
    if (repair && !rebuilding.contains(runId)) {
      return Outcome.SKIPPED;
    }
    RecordApplication application =
        new RecordApplication(repair ? SILENT : output, offset, key, value);
    apply(event, runId, entry, application);
    if (repair) {
      return Outcome.SKIPPED;
    }
    return application.rejected() ? Outcome.REJECTED : Outcome.ACCEPTED;
  }

  private void apply(Event event, String runId, @Nullable RunEntry known, RecordApplication to) {
    RunEntry entry = known;
    if (entry != null && to.output() != SILENT && expired(entry)) {
      forget(entry);
      entry = null;
    }
    if (entry == null) {
      if (!event.hasRunStarted()) {
        to.reject(
            RejectionKind.UNKNOWN_RUN,
            "run_id '"
                + runId
                + "' has no run_started before this event (or was forgotten after "
                + limits.maxSilentRuns()
                + " newer runs): send run_started first");
        return;
      }
      entry = new RunEntry(runId, new RunFold(runId, config));
      runs.put(runId, entry);
    }
    RunStarted started = event.hasRunStarted() ? event.getRunStarted() : null;
    if (shrinks(entry)) {
      entry.drop(RunEntry.Standing.OVER);
    }
    RunFold fold = entry.fold;
    if (fold == null && started != null && started.getAttempt() > entry.attempt) {
      fold = entry.restart(config);
    }
    entry.includedOffset = to.offset();
    entry.starts = starts;
    dirty.add(entry);
    touched.add(entry);
    if (fold == null) {
      to.rejectWithoutFold(entry);
      return;
    }
    try {
      fold.apply(event, to);
    } catch (RuntimeException e) {
      log.error("run {}: internal error at offset {}, analysis ends", runId, to.offset(), e);
      entry.drop(RunEntry.Standing.BROKEN);
      to.reject(RejectionKind.INVALID, "internal error: " + e + ": please report it");
      return;
    }
    if (started != null && !to.rejected() && started.getAttempt() >= entry.attempt) {
      entry.attempt = started.getAttempt();
    }
  }

  private void endRebuild() {
    for (String runId : rebuilding) {
      if (runs.containsKey(runId)) {
        log.info("run {}: rebuilt from the topic", runId);
      } else {
        log.error(
            "run {}: not rebuilt, the topic does not retain its start any more; it is analysed"
                + " again from its next run_started",
            runId);
      }
    }
    rebuilding = Set.of();
  }

  private boolean expired(RunEntry entry) {
    return starts - entry.starts > limits.maxSilentRuns();
  }

  private boolean shrinks(RunEntry entry) {
    RunFold fold = entry.fold;
    return fold != null && starts - entry.starts > limits.maxFinishedRuns() && fold.finished();
  }

  private void forget(RunEntry entry) {
    runs.remove(entry.runId);
    dirty.remove(entry);
    touched.remove(entry);
    forgotten.add(entry);
  }

  private void tidy() {
    runs.values().stream().filter(this::expired).toList().forEach(this::forget);
    for (RunEntry entry : runs.values()) {
      if (shrinks(entry)) {
        entry.drop(RunEntry.Standing.OVER);
        dirty.add(entry);
      }
    }
  }
}
