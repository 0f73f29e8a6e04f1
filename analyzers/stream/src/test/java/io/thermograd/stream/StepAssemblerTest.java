package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.StepEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StepAssemblerTest {
  /** Windows of 4 steps and 10 seconds. */
  private static final AnalysisConfig CONFIG = new AnalysisConfig(500, 100, 100, 1, 4, 10);

  private final List<TrainingStep> steps = new ArrayList<>();

  private static StepEvent event(long step, int rank, double time) {
    return StepEvent.newBuilder()
        .setStep(step)
        .setRank(rank)
        .setTime(time)
        .addMicroBatches(MicroBatch.newBuilder().setExamples(rank + 1).setGradSqnorm(1))
        .build();
  }

  private @Nullable RejectionKind offer(StepAssembler assembler, long step, int rank) {
    return offer(assembler, event(step, rank, step));
  }

  private @Nullable RejectionKind offer(StepAssembler assembler, StepEvent event) {
    return assembler.offer(event, steps::add).map(Rejection::kind).orElse(null);
  }

  private List<Long> released() {
    return steps.stream().map(TrainingStep::step).toList();
  }

  @Test
  void oneRankIsHandedOnAtOnce() {
    var assembler = new StepAssembler(0, CONFIG);
    for (long s = 0; s < 5; s++) {
      assertThat(offer(assembler, s, 0)).isNull();
      assertThat(steps).hasSize((int) s + 1);
    }
    assertThat(assembler.missing()).isZero();
  }

  @Test
  void ranksMayComeInAnyOrder() {
    var assembler = new StepAssembler(3, CONFIG);
    offer(assembler, 0, 2);
    offer(assembler, 1, 1);
    offer(assembler, 0, 0);
    offer(assembler, 1, 2);
    offer(assembler, 1, 0);
    // Step 1 is complete, but step 0 is not.
    assertThat(steps).isEmpty();
    offer(assembler, 0, 1);
    assertThat(released()).containsExactly(0L, 1L);
    assertThat(steps.get(0).examples()).containsExactly(1, 2, 3);
    assertThat(steps.get(1).examples()).containsExactly(1, 2, 3);
  }

  @Test
  void aMissingRankIsGivenUpAfterSoManySteps() {
    var assembler = new StepAssembler(3, CONFIG);
    offer(assembler, 0, 0);
    offer(assembler, 0, 2);
    for (long s = 1; s <= 3; s++) {
      for (int rank = 0; rank < 3; rank++) {
        offer(assembler, s, rank);
      }
    }
    assertThat(steps).isEmpty();
    offer(assembler, 4, 0);
    assertThat(released()).containsExactly(0L, 1L, 2L, 3L);
    assertThat(steps.get(0).examples()).containsExactly(1, 3);
    assertThat(assembler.missing()).isZero();
    assertThat(offer(assembler, 0, 1)).isEqualTo(RejectionKind.OUT_OF_ORDER);
    assertThat(offer(assembler, 0, 2)).isEqualTo(RejectionKind.DUPLICATE);
  }

  /** Steps of 3 ms, of which one rank's are 1.5 s on their way: 500 pass meanwhile. */
  @Test
  void fastStepsAreWaitedForToo() {
    var assembler = new StepAssembler(2, AnalysisConfig.DEFAULT);
    int behind = 500;
    for (long s = 0; s < 3000; s++) {
      assertThat(offer(assembler, event(s, 0, 0.003 * s))).isNull();
      if (s >= behind) {
        assertThat(offer(assembler, event(s - behind, 1, 0.003 * (s - behind)))).isNull();
      }
    }
    assertThat(steps)
        .hasSize(3000 - behind)
        .allSatisfy(s -> assertThat(s.microBatches()).isEqualTo(2));
    assertThat(assembler.missing()).isZero();
  }

  /** A rank that has died keeps the others 2 seconds back, not 30. */
  @Test
  void aDeadRankIsGivenUpAfterTwoSecondsOfFastSteps() {
    var assembler = new StepAssembler(3, AnalysisConfig.DEFAULT);
    for (long s = 0; s < 2000; s++) {
      offer(assembler, event(s, 0, s / 256.0));
      offer(assembler, event(s, 1, s / 256.0));
    }
    assertThat(steps).hasSize(2000 - 512);
  }

  /** Clocks that stand still, and large events: 4 MiB and the window's steps are held at most. */
  @Test
  void whatIsHeldIsBounded() throws IOException {
    var assembler = new StepAssembler(3, AnalysisConfig.DEFAULT);
    byte[] sketch = new byte[64 << 10];
    for (long s = 0; s < 300; s++) {
      for (int rank = 0; rank < 2; rank++) {
        StepEvent.Builder event = event(s, rank, 0).toBuilder();
        event
            .getMicroBatchesBuilder(0)
            .getGradSketchBuilder()
            .setFloat32(ByteString.copyFrom(sketch));
        assertThat(offer(assembler, event.build())).isNull();
      }
      if (s == 200) {
        var bytes = new ByteArrayOutputStream();
        assembler.writeTo(new DataOutputStream(bytes));
        assembler = new StepAssembler(3, AnalysisConfig.DEFAULT);
        assembler.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
      }
      // 32 steps of 128 KiB, and the one that is one too many.
      assertThat(s + 1 - steps.size()).isLessThanOrEqualTo(33);
    }
    assertThat(released().get(released().size() - 1)).isGreaterThan(260);
  }

  @Test
  void oneMicroBatchIsTooLittleToUse() {
    var assembler = new StepAssembler(2, CONFIG);
    offer(assembler, 0, 0);
    offer(assembler, 1, 0);
    offer(assembler, 1, 1);
    assembler.flush(steps::add);
    assertThat(released()).containsExactly(1L);
    assertThat(assembler.missing()).isEqualTo(1);
  }

  @Test
  void aMissingRankIsGivenUpAfterSoManySeconds() {
    var assembler = new StepAssembler(3, CONFIG);
    offer(assembler, event(0, 0, 100));
    offer(assembler, event(0, 1, 100));
    offer(assembler, event(1, 0, 109.9));
    assertThat(steps).isEmpty();
    offer(assembler, event(2, 0, 110));
    assertThat(released()).containsExactly(0L);
  }

  @Test
  void clocksOfDifferentRanksAreNotCompared() {
    var assembler = new StepAssembler(2, CONFIG);
    for (long s = 0; s < 10; s++) {
      assertThat(offer(assembler, event(s, 0, 1000 + s))).isNull();
      assertThat(offer(assembler, event(s, 1, s))).isNull();
    }
    for (long s = 10; s < 20; s++) {
      assertThat(offer(assembler, event(s, 1, s))).isNull();
      assertThat(offer(assembler, event(s, 0, 1000 + s))).isNull();
    }
    assertThat(steps).hasSize(20).allSatisfy(s -> assertThat(s.microBatches()).isEqualTo(2));
  }

  @Test
  void oneAbsurdTimeIsForgotten() {
    var assembler = new StepAssembler(2, CONFIG);
    offer(assembler, event(0, 0, 1e300));
    offer(assembler, event(0, 1, 0));
    for (long s = 1; s < 10; s++) {
      offer(assembler, event(s, 0, s));
      offer(assembler, event(s, 1, s));
    }
    assertThat(steps).hasSize(10).allSatisfy(s -> assertThat(s.microBatches()).isEqualTo(2));
  }

  @Test
  void duplicatesAreToldFromStragglers() {
    var assembler = new StepAssembler(2, CONFIG);
    offer(assembler, 5, 0);
    assertThat(offer(assembler, 5, 0)).isEqualTo(RejectionKind.DUPLICATE);
    offer(assembler, 5, 1);
    assertThat(offer(assembler, 5, 0)).isEqualTo(RejectionKind.DUPLICATE);
    assertThat(offer(assembler, 4, 0)).isEqualTo(RejectionKind.OUT_OF_ORDER);
    assertThat(offer(assembler, 6, 2)).isEqualTo(RejectionKind.INVALID);
    assertThat(released()).containsExactly(5L);
  }

  @Test
  void runsThatReportEveryTenthStepMissNothing() {
    var assembler = new StepAssembler(1, CONFIG);
    for (long s = 0; s <= 1000; s += 10) {
      offer(assembler, s, 0);
    }
    assertThat(assembler.missing()).isZero();
    offer(assembler, 1030, 0);
    assertThat(assembler.missing()).isEqualTo(2);
  }

  @Test
  void aRunThatChangesItsStrideCountsOneGap() {
    var assembler = new StepAssembler(1, CONFIG);
    for (long s = 0; s <= 100; s++) {
      offer(assembler, s, 0);
    }
    for (long s = 110; s <= 1000; s += 10) {
      offer(assembler, s, 0);
    }
    assertThat(assembler.missing()).isEqualTo(9);
    offer(assembler, 1030, 0);
    assertThat(assembler.missing()).isEqualTo(9 + 2);
    for (long s = 1031; s <= 1100; s++) {
      offer(assembler, s, 0);
    }
    assertThat(assembler.missing()).isEqualTo(9 + 2);
  }

  @Test
  void gapsAreCounted() {
    var assembler = new StepAssembler(1, CONFIG);
    for (long s : new long[] {7, 8, 9, 12, 13, 20}) {
      offer(assembler, s, 0);
    }
    assertThat(assembler.missing()).isEqualTo(2 + 6);
  }

  @Test
  void theLastPossibleStepIsOne() {
    var assembler = new StepAssembler(1, CONFIG);
    offer(assembler, 0, 0);
    offer(assembler, 1, 0);
    offer(assembler, Long.MAX_VALUE, 0);
    assertThat(released()).containsExactly(0L, 1L, Long.MAX_VALUE);
    assertThat(assembler.missing()).isEqualTo(Long.MAX_VALUE - 2);
  }

  @Test
  void goesOnAfterARestore() throws IOException {
    for (int cut = 0; cut < 60; cut++) {
      var whole = new StepAssembler(3, CONFIG);
      List<TrainingStep> one = new ArrayList<>();
      List<TrainingStep> other = new ArrayList<>();
      var bytes = new ByteArrayOutputStream();
      var restored = new StepAssembler(3, CONFIG);
      for (int i = 0; i < 60; i++) {
        if (i == cut) {
          whole.writeTo(new DataOutputStream(bytes));
          restored.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        }
        // Every seventh event is lost, neighbours are swapped.
        int at = i ^ 1;
        if (at % 7 == 3) {
          continue;
        }
        StepEvent event = event(at / 3, at % 3, at);
        var kind = whole.offer(event, one::add);
        if (i >= cut) {
          assertThat(restored.offer(event, other::add)).isEqualTo(kind);
        } else {
          other.addAll(one.subList(other.size(), one.size()));
        }
      }
      assertThat(other).usingRecursiveComparison().isEqualTo(one);
      assertThat(restored.missing()).isEqualTo(whole.missing());
    }
  }
}
