package io.thermograd.accuracy;

import io.thermograd.accuracy.jury.Poisson;
import io.thermograd.accuracy.jury.Testimony;
import io.thermograd.accuracy.jury.Witness;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Severity;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Streams of known law in which nothing is wrong, through the whole fold: alerts of every kind, by
 * severity. Some 3·10⁵ steps; -Dthermograd.accuracy.scale=34 makes 10⁷.
 */
@ExtendWith(AccuracyTable.class)
class HealthyStreamsTest {
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);
  private static final int STEPS = 10_000;

  @Test
  void nothingIsWrong() {
    LossStreams[] streams = LossStreams.values();
    LossStreams.Told[] told = LossStreams.Told.values();
    Testimony[] said = new Testimony[streams.length * told.length * SCALE];
    IntStream.range(0, said.length)
        .parallel()
        .forEach(
            i ->
                said[i] =
                    run(streams[i % streams.length], told[i / streams.length % told.length], i));
    long steps = (long) said.length * STEPS;
    Map<String, Long> kinds = new TreeMap<>();
    long pages = 0;
    long warnings = 0;
    for (int s = 0; s < streams.length; s++) {
      Map<String, Long> here = new TreeMap<>();
      for (int i = s; i < said.length; i += streams.length) {
        for (Testimony.Alarm alarm : said[i].alarms()) {
          here.merge(alarm.severity().id() + " " + alarm.kind(), 1L, Long::sum);
          pages += alarm.severity() == Severity.CRITICAL ? 1 : 0;
          warnings += alarm.severity() == Severity.WARNING ? 1 : 0;
        }
      }
      here.forEach((kind, n) -> kinds.merge(kind, n, Long::sum));
      AccuracyTable.note(
          "healthy streams, alerts of any kind",
          streams[s].what,
          "%,d steps: %s".formatted(steps / streams.length, words(here)));
    }
    SoftAssertions softly = new SoftAssertions();
    AccuracyTable.add(
        softly,
        "healthy streams, alerts of any kind, all",
        "%,d steps".formatted(steps),
        "at most 1 page per 10⁶",
        "pages %s; warnings %s; %s"
            .formatted(Poisson.rate(pages, steps), Poisson.rate(warnings, steps), words(kinds)),
        pages <= Math.max(0, steps / 1_000_000));
    softly.assertAll();
  }

  private static String words(Map<String, Long> kinds) {
    return kinds.isEmpty()
        ? "none"
        : kinds.entrySet().stream()
            .map(e -> e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(", "));
  }

  private static Testimony run(LossStreams stream, LossStreams.Told told, long seed) {
    Witness ours = Witness.ours("healthy");
    ours.accept(
        Event.newBuilder()
            .setRunStarted(
                RunStarted.newBuilder()
                    .setRunId("healthy")
                    .setOptimizer(RunStarted.Optimizer.SGD)
                    .setMomentum(0)
                    .setSketchScheme("identity")
                    .setWorldSize(1))
            .build());
    LossStreams.Run run = stream.new Run(seed, told);
    for (int t = 0; t < STEPS; t++) {
      ours.accept(Event.newBuilder().setStep(event(run.next())).build());
    }
    return ours.testimony();
  }

  private static StepEvent event(TrainingStep step) {
    StepEvent.Builder event =
        StepEvent.newBuilder()
            .setRunId("healthy")
            .setStep(step.step())
            .setTime(1e-2 * step.step())
            .setLoss(Objects.requireNonNull(step.loss()))
            .setLearningRate(Objects.requireNonNull(step.learningRate()))
            .setBatchSize((int) step.batchSize());
    Double sqnorm = step.gradSqnorm();
    if (sqnorm != null) {
      event.setGradSqnorm(sqnorm);
    }
    for (float[] sketch : step.sketches()) {
      event.addMicroBatches(
          MicroBatch.newBuilder().setExamples(1).setGradSketch(Vectors.float32(sketch)));
    }
    return event.build();
  }
}
