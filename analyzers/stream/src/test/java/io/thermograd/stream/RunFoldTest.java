package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.Regime;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.RunSummary.Status;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RunFoldTest {
  private static final AnalysisConfig CONFIG = new AnalysisConfig(50, 20, 10, 0.5, 4, 0.4);

  private static byte[] bytes(RunFold fold) {
    try {
      var bytes = new ByteArrayOutputStream();
      fold.writeTo(new DataOutputStream(bytes));
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RunFold restore(byte[] state) {
    try {
      var in = new DataInputStream(new ByteArrayInputStream(state));
      RunFold fold = RunFold.readFrom(in, CONFIG);
      assertThat(in.read()).as("bytes left").isNegative();
      return fold;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @RepeatedTest(120)
  void aCutAnywhereChangesNothing(RepetitionInfo info) {
    long seed = info.getCurrentRepetition();
    List<Event> events = EventStream.faulty(seed);
    var whole = new RunFold("run", CONFIG);
    var expected = new Collected();
    events.forEach(e -> whole.apply(e, expected));

    var random = new SplittableRandom(seed);
    var output = new Collected();
    var fold = new RunFold("run", CONFIG);
    int next = 0;
    while (next < events.size()) {
      int cut = Math.min(events.size(), next + 1 + random.nextInt(events.size()));
      for (; next < cut; next++) {
        fold.apply(events.get(next), output);
      }
      byte[] state = bytes(fold);
      fold = restore(state);
      assertThat(bytes(fold)).isEqualTo(state);
    }

    assertThat(output.all).isEqualTo(expected.all);
    assertThat(bytes(fold)).isEqualTo(bytes(whole));
    assertThat(fold.current()).isEqualTo(whole.current());
    assertThat(fold.finished()).isEqualTo(whole.finished());
    assertThat(fold.labels()).isEqualTo(whole.labels());
  }

  @RepeatedTest(40)
  void everyEventIsUsedOrRejectedOnce(RepetitionInfo info) {
    var fold = new RunFold("run", CONFIG);
    int used = 0;
    int rejected = 0;
    List<Event> events = EventStream.faulty(1000 + info.getCurrentRepetition());
    for (Event event : events) {
      byte[] before = bytes(fold);
      var output = new Collected();
      fold.apply(event, output);
      if (output.rejections.isEmpty()) {
        used++;
      } else {
        assertThat(output.all).hasSize(1);
        assertThat(output.rejections.get(0).message()).isNotBlank().doesNotContain("\n");
        rejected++;
        // What was rejected leaves no trace but the count of drops that it carried.
        if (!event.hasStep() || event.getStep().getDroppedEvents() == 0) {
          assertThat(bytes(fold)).isEqualTo(before);
        }
      }
      Outputs.check(output);
    }
    assertThat(used + rejected).isEqualTo(events.size());
  }

  @Test
  void insightsComeEverySoOftenAndAtTheEnd() {
    var fold = new RunFold("run", AnalysisConfig.DEFAULT);
    var output = new Collected();
    fold.apply(started(0), output);
    assertThat(fold.current()).isEmpty();
    // Without a period: an overlay that begins is an insight of its own.
    var random = new SplittableRandom(1);
    for (int t = 0; t < 1000; t++) {
      fold.apply(step(0, t, 1 + 0.003 * random.nextDouble()), output);
    }
    assertThat(output.insights.stream().map(Insight::step).toList())
        .containsExactly(0L, 63L, 163L, 263L, 363L, 463L, 563L, 663L, 763L, 863L, 963L);
    assertThat(fold.current().orElseThrow().step()).isEqualTo(999);
    fold.apply(finished(0), output);
    assertThat(output.insights.get(output.insights.size() - 1).step()).isEqualTo(999);
    assertThat(output.runs.stream().map(RunSummary::status).toList())
        .containsExactly(Status.RUNNING, Status.COMPLETED);
    assertThat(fold.finished()).isTrue();
    assertThat(output.rejections).isEmpty();
  }

  @Test
  void aDivergenceIsAnAlertAndARegime() {
    var fold = new RunFold("run", AnalysisConfig.DEFAULT);
    var output = new Collected();
    fold.apply(started(0), output);
    for (int t = 0; t < 300; t++) {
      fold.apply(step(0, t, (1 + 0.01 * (t % 3)) * Math.pow(1.2, Math.max(0, t - 200))), output);
    }
    List<Alert> opened =
        output.alerts.stream()
            .filter(a -> a.state() == Alert.State.OPENED && !a.kind().equals("spike"))
            .toList();
    assertThat(opened).extracting(Alert::kind).containsExactly("loss_growth", "divergence");
    assertThat(opened.get(0).step()).isBetween(205L, 225L);
    assertThat(opened.get(1).step() - opened.get(0).step()).isBetween(32L, 36L);
    assertThat(fold.current().orElseThrow().regime()).isEqualTo(Regime.DIVERGING);
  }

  @Test
  void aNewAttemptStopsTheOneBefore() {
    var fold = new RunFold("run", CONFIG);
    var output = new Collected();
    fold.apply(started(0), output);
    fold.apply(step(0, 0, 1), output);
    fold.apply(started(2), output);
    assertThat(output.runs.stream().map(RunSummary::status).toList())
        .containsExactly(Status.RUNNING, Status.STOPPED, Status.RUNNING);
    assertThat(reject(fold, step(0, 1, 1))).isEqualTo(RejectionKind.OUT_OF_ORDER);
    assertThat(reject(fold, started(1))).isEqualTo(RejectionKind.OUT_OF_ORDER);
    assertThat(reject(fold, started(2))).isEqualTo(RejectionKind.DUPLICATE);
    assertThat(
            reject(
                fold,
                started(2).toBuilder()
                    .mergeRunStarted(RunStarted.newBuilder().setWorldSize(2).build())
                    .build()))
        .isEqualTo(RejectionKind.INVALID);
    assertThat(reject(fold, step(3, 1, 1))).isEqualTo(RejectionKind.UNKNOWN_RUN);
    assertThat(reject(fold, Event.getDefaultInstance())).isEqualTo(RejectionKind.INVALID);
    fold.apply(finished(2), new Collected());
    assertThat(reject(fold, finished(2))).isEqualTo(RejectionKind.OUT_OF_ORDER);
  }

  @Test
  void anUnknownRanksDropsAreNotCounted() {
    var fold = new RunFold("run", CONFIG);
    fold.apply(started(0), new Collected());
    fold.apply(step(0, 0, 1), new Collected());
    Event stray =
        step(0, 1, 1).toBuilder()
            .mergeStep(StepEvent.newBuilder().setRank(9).setDroppedEvents(100).build())
            .build();
    assertThat(reject(fold, stray)).isEqualTo(RejectionKind.INVALID);
    assertThat(fold.current().orElseThrow().quantities())
        .containsEntry("dropped_events", Quantity.exact(0, "counted"));
  }

  private static RejectionKind reject(RunFold fold, Event event) {
    var output = new Collected();
    fold.apply(event, output);
    assertThat(output.all).hasSize(1);
    return output.rejections.get(0).kind();
  }

  private static Event started(int attempt) {
    return Event.newBuilder()
        .setRunStarted(RunStarted.newBuilder().setRunId("run").setAttempt(attempt))
        .build();
  }

  private static Event finished(int attempt) {
    return Event.newBuilder()
        .setRunFinished(
            RunFinished.newBuilder()
                .setRunId("run")
                .setAttempt(attempt)
                .setStatus(RunFinished.Status.COMPLETED))
        .build();
  }

  private static Event step(int attempt, long step, double loss) {
    return Event.newBuilder()
        .setStep(
            StepEvent.newBuilder()
                .setRunId("run")
                .setAttempt(attempt)
                .setStep(step)
                .setTime(step * 1e-3)
                .setLoss(loss))
        .build();
  }

  /** Prints, and checks nothing: a number for those who change the fold. */
  @Test
  void speed() {
    int dim = 1024;
    RunFold fold;
    double fastest = Double.POSITIVE_INFINITY;
    var output = new Collected();
    Event started =
        Event.newBuilder()
            .setRunStarted(RunStarted.newBuilder().setRunId("run").setSketchDim(dim))
            .build();
    var random = new SplittableRandom(1);
    Event[] events = new Event[2000];
    for (int t = 0; t < events.length; t++) {
      StepEvent.Builder step =
          StepEvent.newBuilder().setRunId("run").setStep(t).setTime(t * 1e-3).setLoss(1);
      for (int j = 0; j < 4; j++) {
        float[] g = new float[dim];
        for (int i = 0; i < dim; i++) {
          g[i] = random.nextInt(1000);
        }
        step.addMicroBatches(
            MicroBatch.newBuilder()
                .setExamples(8)
                .setGradSqnorm(1)
                .setGradSketch(Vectors.float32(g)));
      }
      events[t] = Event.newBuilder().setStep(step).build();
    }
    for (int round = 0; round < 8; round++) {
      fold = new RunFold("run", AnalysisConfig.DEFAULT);
      fold.apply(started, output);
      long begin = System.nanoTime();
      for (Event event : events) {
        fold.apply(event, output);
      }
      double micros = (System.nanoTime() - begin) / 1e3 / events.length;
      fastest = Math.min(fastest, micros);
    }
    System.out.printf("fold of a step with 4 micro-batches of 1,024: %.1f µs%n", fastest);
  }
}
