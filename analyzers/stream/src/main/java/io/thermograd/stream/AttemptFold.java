package io.thermograd.stream;

import io.thermograd.detect.RunDetectors;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Overlay;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Regime;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.RunSummary.Status;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One attempt of a run: assembly, estimators, detectors, and when to say something. */
final class AttemptFold {
  private final RunStarted started;
  private final AnalysisConfig config;
  private final SketchLengths lengths;
  private final StepAssembler assembler;
  private final RunEstimators estimators;
  private final RunDetectors detectors;

  private final TreeMap<Integer, Long> droppedByRank = new TreeMap<>();
  private Status status = Status.RUNNING;
  private long lastStep = -1;
  private double lastTime;
  private long insightStep = -1;
  private double insightTime;
  private @Nullable Regime insightRegime;

  AttemptFold(RunStarted started, AnalysisConfig config) {
    this.started = started;
    this.config = config;
    this.lastTime = started.getStartedAt();
    this.lengths = new SketchLengths(started);
    this.assembler = new StepAssembler(started.getWorldSize(), config);
    RunSettings settings = RunSettings.of(started);
    this.estimators = new RunEstimators(settings, config.noiseHalfLife(), config.lossHalfLife());
    this.detectors = new RunDetectors(started.getRunId(), started.getAttempt(), settings);
  }

  RunStarted started() {
    return started;
  }

  boolean finished() {
    return status != Status.RUNNING;
  }

  RunSummary summary() {
    return new RunSummary(started, status, lastStep, lastTime);
  }

  void step(StepEvent event, FoldOutput output) {
    Optional<String> wrongLength = lengths.wrong(event);
    if (wrongLength.isPresent()) {
      output.reject(RejectionKind.INVALID, wrongLength.get());
      return;
    }
    if (event.getDroppedEvents() > 0 && event.getRank() < Math.max(1, started.getWorldSize())) {
      // Before assembly: a step that completes with this event knows of its drops.
      droppedByRank.merge(event.getRank(), event.getDroppedEvents(), Math::max);
    }
    assembler
        .offer(event, step -> analyse(step, output))
        .ifPresent(rejection -> output.reject(rejection.kind(), rejection.message()));
  }

  void finish(RunFinished event, FoldOutput output) {
    droppedByRank.merge(0, event.getDroppedEvents(), Math::max);
    end(
        switch (event.getStatus()) {
          case COMPLETED -> Status.COMPLETED;
          case FAILED -> Status.FAILED;
          default -> Status.STOPPED;
        },
        event.getTime(),
        output);
  }

  /** A newer attempt has started: whatever this one was doing, it has stopped. */
  void supersede(double time, FoldOutput output) {
    if (!finished()) {
      end(Status.STOPPED, time, output);
    }
  }

  private void end(Status how, double time, FoldOutput output) {
    assembler.flush(step -> analyse(step, output));
    status = how;
    lastTime = Math.max(lastTime, time);
    detectors.end();
    if (lastStep >= 0 && insightStep != lastStep) {
      emit(output);
    }
    output.run(summary());
  }

  private void analyse(TrainingStep step, FoldOutput output) {
    lastStep = step.step();
    lastTime = step.time();
    estimators.accept(step);
    List<Alert> alerts = detectors.accept(step, lost(), estimators);
    alerts.forEach(output::alert);
    Regime regime = detectors.regime().orElse(null);
    if (insightStep < 0
        || step.step() - insightStep >= config.insightEverySteps()
        || step.time() - insightTime >= config.insightEverySeconds()
        || regime != insightRegime
        || !alerts.isEmpty()) {
      emit(output);
    }
  }

  private void emit(FoldOutput output) {
    Insight insight = insight();
    insightStep = lastStep;
    insightTime = lastTime;
    insightRegime = insight.regime();
    output.insight(insight);
  }

  private long dropped() {
    // Each is at most 2⁶³−1, their sum may be more.
    double sum = droppedByRank.values().stream().mapToDouble(Long::doubleValue).sum();
    return (long) sum;
  }

  /**
   * Drops and gaps tell of the same events where a dropped step leaves a gap: the larger counts.
   */
  private long lost() {
    return Math.max(dropped(), assembler.missing());
  }

  boolean hasSteps() {
    return lastStep >= 0;
  }

  Insight insight() {
    QuantityList known = new QuantityList();
    estimators.describe(known);
    detectors.describe(known, estimators);
    known.putExact(QuantityName.DROPPED_EVENTS, dropped(), "counted");
    known.putExact(QuantityName.MISSING_STEPS, assembler.missing(), "counted");
    Optional<Regime> regime = detectors.regime();
    var absent = known.absent();
    if (regime.isEmpty()) {
      absent.put("regime", detectors.regimeMissing());
    }
    return new Insight(
        started.getRunId(),
        started.getAttempt(),
        lastStep,
        lastTime,
        known.quantities(),
        known.vectors(),
        absent,
        regime.orElse(null),
        overlays(),
        detectors.verdict(known, estimators),
        detectors.findings());
  }

  private List<String> overlays() {
    List<String> overlays = new ArrayList<>();
    if (estimators.heavyTailed()) {
      overlays.add(Overlay.HEAVY_TAILED_NOISE.id());
    }
    overlays.addAll(detectors.overlays());
    return overlays;
  }

  void writeTo(DataOutput out) throws IOException {
    StepAssembler.writeBytes(out, started.toByteArray());
    out.writeByte(status.ordinal());
    out.writeLong(lastStep);
    out.writeDouble(lastTime);
    out.writeLong(insightStep);
    out.writeDouble(insightTime);
    out.writeByte(insightRegime == null ? -1 : insightRegime.ordinal());
    out.writeInt(droppedByRank.size());
    for (var entry : droppedByRank.entrySet()) {
      out.writeInt(entry.getKey());
      out.writeLong(entry.getValue());
    }
    lengths.writeTo(out);
    assembler.writeTo(out);
    estimators.writeTo(out);
    detectors.writeTo(out);
  }

  static AttemptFold readFrom(DataInput in, AnalysisConfig config) throws IOException {
    AttemptFold fold = new AttemptFold(RunStarted.parseFrom(StepAssembler.readBytes(in)), config);
    fold.status = Status.values()[in.readByte()];
    fold.lastStep = in.readLong();
    fold.lastTime = in.readDouble();
    fold.insightStep = in.readLong();
    fold.insightTime = in.readDouble();
    int regime = in.readByte();
    fold.insightRegime = regime < 0 ? null : Regime.values()[regime];
    for (int n = in.readInt(); n > 0; n--) {
      fold.droppedByRank.put(in.readInt(), in.readLong());
    }
    fold.lengths.readFrom(in);
    fold.assembler.readFrom(in);
    fold.estimators.readFrom(in);
    fold.detectors.readFrom(in);
    return fold;
  }
}
