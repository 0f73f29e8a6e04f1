package io.thermograd.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.LayerNorms;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import io.thermograd.wire.proto.Vector;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventRulesTest {

  static Stream<Arguments> brokenSteps() {
    return Stream.of(
        step("run_id should not be empty: was \"\"", s -> s.setRunId("")),
        step("run_id should have at most 200 characters", s -> s.setRunId("a".repeat(201))),
        step("run_id should hold no '/'", s -> s.setRunId("a/b")),
        step("run_id should hold no '/'", s -> s.setRunId("..")),
        step("run_id should hold printable characters", s -> s.setRunId("a\nb")),
        step("attempt should be 0 to 2147483647: was 4294967295", s -> s.setAttempt(-1)),
        step(
            "step should be 0 to 9223372036854775807: was 18446744073709551615",
            s -> s.setStep(-1)),
        step("rank should be 0 to 65535: was 65536", s -> s.setRank(65_536)),
        step("rank should be 0 to 65535: was 4294967295", s -> s.setRank(-1)),
        step("time should be finite: was NaN", s -> s.setTime(Double.NaN)),
        step("learning_rate should be finite and ≥ 0: was NaN", s -> s.setLearningRate(Double.NaN)),
        step("learning_rate should be finite and ≥ 0: was -0.1", s -> s.setLearningRate(-0.1)),
        step("batch_size should be 1 to 2147483647: was 0", s -> s.setBatchSize(0)),
        step(
            "micro_batches[0].examples should be 1 to 2147483647: was 0",
            s -> s.addMicroBatches(MicroBatch.newBuilder())),
        step(
            "batch_size should be at least the 12 examples of the micro-batches: was 8",
            s -> s.setBatchSize(8).addMicroBatches(microBatch(8)).addMicroBatches(microBatch(4))),
        step("grad_sqnorm should not be negative: was -1.0", s -> s.setGradSqnorm(-1)),
        step("update_sqnorm should not be negative", s -> s.setUpdateSqnorm(-1)),
        step(
            "layers.name should not be empty",
            s -> s.addLayers(LayerNorms.newBuilder().setGradNorm(1))),
        step("grad_sketch should have a multiple of 4 bytes: had 5", s -> s.setGradSketch(raw(5))),
        step(
            "param_sketch should have a multiple of 2 bytes: had 3",
            s ->
                s.setParamSketch(
                    Vector.newBuilder().setBfloat16(ByteString.copyFrom(new byte[3])))),
        step("grad_sketch should have elements: had 0", s -> s.setGradSketch(raw(0))),
        step(
            "grad_sketch should have elements: had 0",
            s -> s.setGradSketch(Vector.getDefaultInstance())),
        step(
            "param_sketch should have 2 elements as the sketches before it: had 3",
            s -> s.setGradSketch(raw(8)).setParamSketch(raw(12))),
        step(
            "grad_sketch of micro-batch 1 should have 2 elements",
            s ->
                s.addMicroBatches(microBatch(1).setGradSketch(raw(8)))
                    .addMicroBatches(microBatch(1).setGradSketch(raw(4)))),
        step(
            "layer_sketches[1] of micro-batch 1 should have 2 elements",
            s ->
                s.addMicroBatches(microBatch(1, raw(4), raw(8)))
                    .addMicroBatches(microBatch(1, raw(4), raw(4)))),
        step(
            "layer_sketches[0] of micro-batch 0 should have elements: had 0",
            s -> s.addMicroBatches(microBatch(1, raw(0)))),
        step(
            "layer_sketches[0] of micro-batch 0 should have a multiple of 4 bytes: had 3",
            s -> s.addMicroBatches(microBatch(1, raw(3)))),
        step(
            "micro_batches[1].layer_sketches should have 2 entries as the first micro-batch's: had 1",
            s ->
                s.addMicroBatches(microBatch(1, raw(4), raw(8)))
                    .addMicroBatches(microBatch(1, raw(4)))),
        step(
            "micro_batches[0].layer_sketches should have at most 64 entries: had 65",
            s -> s.addMicroBatches(microBatch(1, Collections.nCopies(65, raw(4))))),
        step(
            "tracked should have at most 64 entries: had 65",
            s -> {
              for (int i = 0; i < 65; i++) {
                s.putTracked("t" + i, i);
              }
            }),
        step("tracked should not be empty", s -> s.putTracked("", 1)),
        step("loss_scale should be positive and finite: was 0.0", s -> s.setLossScale(0)),
        step("nonfinite_count should be 0 to", s -> s.setNonfiniteCount(-1)),
        step("dropped_events should be 0 to", s -> s.setDroppedEvents(-1)));
  }

  static Stream<Arguments> brokenStarts() {
    return Stream.of(
        start("started_at should be finite", s -> s.setStartedAt(Double.POSITIVE_INFINITY)),
        start("parameter_count should be 1 to", s -> s.setParameterCount(0)),
        start("dataset_size should be 1 to", s -> s.setDatasetSize(0)),
        start("budget_steps should be 1 to", s -> s.setBudgetSteps(0)),
        start("sketch_dim should be 0 to 1048576", s -> s.setSketchDim(1 << 21)),
        start("world_size should be 0 to 65536", s -> s.setWorldSize(65_537)),
        start("momentum should be in [0, 1): was 1.0", s -> s.setMomentum(1)),
        start("momentum should be in [0, 1): was NaN", s -> s.setMomentum(Double.NaN)),
        start("beta1 should be in [0, 1): was -0.1", s -> s.setBeta1(-0.1)),
        start("beta2 should be in [0, 1): was 1.0", s -> s.setBeta2(1)),
        start("weight_decay should be finite and ≥ 0", s -> s.setWeightDecay(Double.NaN)),
        start(
            "layer_sketch_dim should be 0 to 1048576",
            s -> s.addLayerNames("a").setLayerSketchDim(1 << 21)),
        start(
            "layer_names should have 1 to 64 entries where layer_sketch_dim is sent: had 0",
            s -> s.setLayerSketchDim(256)),
        start(
            "layer_names should have 1 to 64 entries where layer_sketch_dim is sent: had 65",
            s -> s.addAllLayerNames(Collections.nCopies(65, "a")).setLayerSketchDim(256)),
        start("labels should have keys that match", s -> s.putLabels("1a", "x")),
        start("labels should have keys that match", s -> s.putLabels("a".repeat(65), "x")),
        start("labels.a should have at most 200", s -> s.putLabels("a", "x".repeat(201))),
        start("labels.a should hold printable", s -> s.putLabels("a", "x\u0000")),
        start(
            "labels should have at most 16 entries: had 17",
            s -> {
              for (int i = 0; i < 17; i++) {
                s.putLabels("l" + i, "x");
              }
            }));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"brokenSteps", "brokenStarts"})
  void saysFieldValueAndRemedy(String message, Event e) {
    var thrown = assertThrows(InvalidEventException.class, () -> EventRules.check(e));
    assertThat(thrown).hasMessageStartingWith(message);
    assertThat(thrown.getMessage()).contains("; ").doesNotContain("\n");
    assertThat(thrown.kind()).isEqualTo(RejectionKind.INVALID);
  }

  @Test
  void divergenceIsNewsAndNotAnError() {
    float[] bad = {Float.NaN, Float.POSITIVE_INFINITY};
    Event e =
        Event.newBuilder()
            .setStep(
                StepEvent.newBuilder()
                    .setRunId("a")
                    .setLoss(Double.NaN)
                    .setGradSqnorm(Double.POSITIVE_INFINITY)
                    .setParamDotGrad(Double.NEGATIVE_INFINITY)
                    .setParamSqnorm(Double.NaN)
                    .setGradSketch(Vectors.float32(bad))
                    .putTracked("x", Double.NaN))
            .build();
    assertThatCode(() -> EventRules.check(e)).doesNotThrowAnyException();
  }

  @Test
  void limitsThemselvesAreAllowed() {
    RunStarted.Builder start =
        RunStarted.newBuilder().setRunId("ä".repeat(200)).setWorldSize(65_536).setMomentum(0);
    for (int i = 0; i < 16; i++) {
      start.putLabels("_" + i, "");
    }
    assertThatCode(() -> EventRules.check(Event.newBuilder().setRunStarted(start).build()))
        .doesNotThrowAnyException();
    StepEvent.Builder step =
        StepEvent.newBuilder().setRunId("a").setRank(65_535).setStep(Long.MAX_VALUE);
    step.setBatchSize(12).addMicroBatches(microBatch(8)).addMicroBatches(microBatch(4));
    assertThatCode(() -> EventRules.check(Event.newBuilder().setStep(step).build()))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 15, -1})
  void newerVersionsAreRefusedByName(int version) {
    Event e =
        Event.newBuilder()
            .setSchemaVersion(version)
            .setRunFinished(RunFinished.newBuilder())
            .build();
    var thrown = assertThrows(InvalidEventException.class, () -> EventRules.check(e));
    assertThat(thrown.kind()).isEqualTo(RejectionKind.UNSUPPORTED_VERSION);
    assertThat(thrown)
        .hasMessageContaining("was " + Integer.toUnsignedString(version))
        .hasMessageContaining("upgrade the reader");
  }

  private static Arguments step(String message, Consumer<StepEvent.Builder> breakIt) {
    StepEvent.Builder s = StepEvent.newBuilder().setRunId("a");
    breakIt.accept(s);
    return Arguments.of(message, Event.newBuilder().setStep(s).build());
  }

  private static Arguments start(String message, Consumer<RunStarted.Builder> breakIt) {
    RunStarted.Builder s = RunStarted.newBuilder().setRunId("a");
    breakIt.accept(s);
    return Arguments.of(message, Event.newBuilder().setRunStarted(s).build());
  }

  private static MicroBatch.Builder microBatch(int examples) {
    return MicroBatch.newBuilder().setExamples(examples);
  }

  private static MicroBatch.Builder microBatch(int examples, Vector... layers) {
    return microBatch(examples, List.of(layers));
  }

  private static MicroBatch.Builder microBatch(int examples, List<Vector> layers) {
    return microBatch(examples).addAllLayerSketches(layers);
  }

  private static Vector raw(int bytes) {
    return Vector.newBuilder().setFloat32(ByteString.copyFrom(new byte[bytes])).build();
  }
}
