package io.thermograd.stream;

import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunStarted;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One run's whole analysis as a deterministic fold over its events: the state after an event
 * depends on the events before it and on nothing else, neither clock nor batching.
 *
 * <p>A restart from a checkpoint is a new attempt, analysed afresh; the attempt before it counts as
 * stopped. The newest {@value #KEPT_ATTEMPTS} attempts are kept.
 *
 * <p>Not thread-safe: one owner thread.
 */
public final class RunFold {
  private static final int KEPT_ATTEMPTS = 4;

  private final String runId;
  private final AnalysisConfig config;
  private final TreeMap<Integer, AttemptFold> attempts = new TreeMap<>();

  /** A run of which nothing is known yet. */
  public RunFold(String runId, AnalysisConfig config) {
    this.runId = runId;
    this.config = config;
  }

  /** The run's id. */
  public String runId() {
    return runId;
  }

  /** Applies one decoded event of this run. Never throws for what the event holds. */
  public void apply(Event event, FoldOutput output) {
    switch (event.getPayloadCase()) {
      case RUN_STARTED -> start(event.getRunStarted(), output);
      case STEP -> {
        AttemptFold attempt = find(event.getStep().getAttempt(), output);
        if (attempt != null) {
          attempt.step(event.getStep(), output);
        }
      }
      case RUN_FINISHED -> {
        AttemptFold attempt = find(event.getRunFinished().getAttempt(), output);
        if (attempt != null) {
          attempt.finish(event.getRunFinished(), output);
        }
      }
      case PAYLOAD_NOT_SET -> output.reject(RejectionKind.INVALID, "an event without content");
    }
  }

  private void start(RunStarted started, FoldOutput output) {
    int attempt = started.getAttempt();
    AttemptFold known = attempts.get(attempt);
    if (known != null) {
      boolean same = known.started().equals(started);
      output.reject(
          same ? RejectionKind.DUPLICATE : RejectionKind.INVALID,
          same
              ? "attempt " + attempt + " started twice"
              : "attempt "
                  + attempt
                  + " has already started with other settings: use a higher attempt, or another"
                  + " run_id");
      return;
    }
    if (!attempts.isEmpty() && attempt < attempts.lastKey()) {
      output.reject(
          RejectionKind.OUT_OF_ORDER,
          "attempt " + attempt + " started after attempt " + attempts.lastKey());
      return;
    }
    attempts.values().forEach(older -> older.supersede(started.getStartedAt(), output));
    AttemptFold fold = new AttemptFold(started, config);
    attempts.put(attempt, fold);
    if (attempts.size() > KEPT_ATTEMPTS) {
      attempts.pollFirstEntry();
    }
    output.run(fold.summary());
  }

  private @Nullable AttemptFold find(int attempt, FoldOutput output) {
    AttemptFold fold = attempts.get(attempt);
    if (fold == null) {
      boolean old = !attempts.isEmpty() && attempt < attempts.lastKey();
      output.reject(
          old ? RejectionKind.OUT_OF_ORDER : RejectionKind.UNKNOWN_RUN,
          "attempt " + attempt + " of run " + runId + (old ? " is over" : " has not started"));
      return null;
    }
    if (fold.finished()) {
      output.reject(
          RejectionKind.OUT_OF_ORDER, "attempt " + attempt + " of run " + runId + " is over");
      return null;
    }
    return fold;
  }

  /** What is known now, of the newest attempt; empty before its first analysed step. */
  public Optional<Insight> current() {
    return attempts.isEmpty() || !attempts.lastEntry().getValue().hasSteps()
        ? Optional.empty()
        : Optional.of(attempts.lastEntry().getValue().insight());
  }

  /** The newest attempt's own labels; empty before a start. */
  public Map<String, String> labels() {
    return attempts.isEmpty() ? Map.of() : attempts.lastEntry().getValue().started().getLabelsMap();
  }

  /** Whether the newest attempt has ended. */
  public boolean finished() {
    return !attempts.isEmpty() && attempts.lastEntry().getValue().finished();
  }

  /** Writes the state; the same state always gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeUTF(runId);
    config.writeTo(out);
    out.writeInt(attempts.size());
    for (AttemptFold attempt : attempts.values()) {
      attempt.writeTo(out);
    }
  }

  /**
   * Reads back what {@link #writeTo} wrote.
   *
   * @throws IOException also if it was folded with other settings: going on with these would be a
   *     state that no fold leads to
   */
  public static RunFold readFrom(DataInput in, AnalysisConfig config) throws IOException {
    RunFold fold = new RunFold(in.readUTF(), config);
    AnalysisConfig before = AnalysisConfig.readFrom(in);
    if (!before.equals(config)) {
      throw new IOException("it was folded with other settings, " + before + ", not " + config);
    }
    for (int n = in.readInt(); n > 0; n--) {
      AttemptFold attempt = AttemptFold.readFrom(in, config);
      fold.attempts.put(attempt.started().getAttempt(), attempt);
    }
    return fold;
  }
}
