package io.thermograd.wire;

import io.thermograd.wire.proto.CurvatureProbe;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.LayerNorms;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import io.thermograd.wire.proto.Vector;
import java.util.List;
import java.util.Map;

/** The data of {@code src/test/python/golden.py}, said again in Java. */
final class GoldenEvents {
  static final RunStarted FULL_START =
      RunStarted.newBuilder()
          .setRunId("digits-64-128-10")
          .setAttempt(1)
          .setStartedAt(1700000000.25)
          .setParameterCount(9610)
          .setSketchScheme("block_fold")
          .setSketchDim(1024)
          .setSketchSeed(-59) // 2⁶⁴ − 59
          .setDatasetSize(1797)
          .setSampling(RunStarted.Sampling.WITHOUT_REPLACEMENT)
          .setOptimizer(RunStarted.Optimizer.MOMENTUM)
          .setMomentum(0.9)
          .setBeta1(0.5)
          .setBeta2(0.999)
          .setWeightDecay(1e-4)
          .setWorldSize(2)
          .setBudgetSteps(6000)
          .addLayerNames("fc1")
          .addLayerNames("fc2")
          .putLabels("model", "mlp")
          .putLabels("note", "größer „α“ \"q\" \\ / 😀")
          .setLayerSketchDim(2)
          .build();

  static final StepEvent FULL_STEP =
      StepEvent.newBuilder()
          .setRunId("digits-64-128-10")
          .setAttempt(1)
          .setStep(4294967296L)
          .setRank(1)
          .setTime(1700000012.5)
          .setLoss(0.6931471805599453)
          .setLearningRate(0.05)
          .setBatchSize(256)
          .addMicroBatches(
              MicroBatch.newBuilder()
                  .setExamples(64)
                  .setLoss(0.7)
                  .setGradSqnorm(1e-7)
                  .setGradSketch(vector(1f, -0.5f, 0.1f))
                  .addLayerSketches(vector(1f, -0.25f))
                  .addLayerSketches(Vectors.bfloat16(new float[] {0.375f})))
          .addMicroBatches(
              MicroBatch.newBuilder()
                  .setExamples(64)
                  .setLoss(Double.POSITIVE_INFINITY)
                  .setGradSqnorm(12345678)
                  .setGradSketch(
                      vector(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY))
                  .addLayerSketches(vector(Float.NaN, 1e-3f))
                  .addLayerSketches(Vectors.bfloat16(new float[] {Float.NEGATIVE_INFINITY})))
          .setGradSqnorm(0.001)
          .setGradSketch(vector(Float.MAX_VALUE, Float.MIN_VALUE, -0f))
          .setParamSketch(vector(0x1p24f, 9999999f, 0.001f))
          .setParamSqnorm(Double.parseDouble("2e23"))
          .setUpdateSqnorm(Double.MIN_VALUE)
          .setParamDotGrad(-1.5)
          .addLayers(
              LayerNorms.newBuilder()
                  .setName("fc1")
                  .setGradNorm(0.25)
                  .setParamNorm(3)
                  .setUpdateNorm(0))
          .addLayers(LayerNorms.newBuilder().setName("fc2").setGradNorm(Double.NaN))
          .putTracked("accuracy", 0.96875)
          .putTracked("gap", Double.NaN)
          .addExampleLosses(2.5)
          .addExampleLosses(Double.NEGATIVE_INFINITY)
          .addExampleLosses(0.1)
          .setProbe(
              CurvatureProbe.newBuilder()
                  .addHessianTop(31.5)
                  .addHessianTop(2)
                  .setHessianTrace(100)
                  .setGradHessGrad(0x1p53)
                  .addPreconditionedTop(19000)
                  .addPreconditionedTop(0.5))
          .setValidationLoss(0.75)
          .setNonfiniteCount(3)
          .setLossScale(65536)
          .setDroppedEvents(17)
          .setUpdateNoise(0.03125)
          .setRawGradSqnorm(4)
          .build();

  static final List<Event> ALL =
      List.of(
          Event.newBuilder().setRunStarted(FULL_START).build(),
          Event.newBuilder().setRunStarted(RunStarted.newBuilder().setRunId("a")).build(),
          Event.newBuilder().setStep(FULL_STEP).build(),
          Event.newBuilder()
              .setSchemaVersion(1)
              .setStep(
                  StepEvent.newBuilder()
                      .setRunId("a")
                      .setTime(0.5)
                      .setLoss(Double.NaN)
                      .setParamSketch(Vectors.bfloat16(new float[] {1f, -3.140625f, Float.NaN}))
                      .setNonfiniteCount(0))
              .build(),
          Event.newBuilder().setStep(StepEvent.newBuilder().setRunId("a").setStep(1)).build(),
          Event.newBuilder()
              .setRunFinished(
                  RunFinished.newBuilder()
                      .setRunId("digits-64-128-10")
                      .setAttempt(1)
                      .setStatus(RunFinished.Status.FAILED)
                      .setTime(1700000013)
                      .setDroppedEvents(300))
              .build());

  static final Insight INSIGHT =
      new Insight(
          "digits",
          0,
          100,
          1700000012.5,
          Maps.ordered(
              "loss", Quantity.of(0.5, 0.4375, 0.5625, "ewma"),
              "noise_trace", Quantity.atLeast(1e-9, "within_step"),
              "learning_rate", Quantity.exact(0.1, "reported")),
          Map.of(
              "noise_eigenvalues",
              List.of(
                  Quantity.of(0.5, 0.25, 1, "streaming_svd"),
                  Quantity.of(0.125, 0.0625, 0.25, "streaming_svd"))),
          Maps.ordered(
              "noise_trace", "only a lower bound",
              "gradient_noise_scale", "‖G‖² is not above its error"),
          Regime.DESCENDING,
          List.of("oscillating"),
          new Verdict(Severity.INFO, "Noise dominates.", "\"B\" is 4 times below.", "Raise B."),
          new Findings(
              new BasinReport(
                  2,
                  2,
                  3,
                  List.of(0.25, 0.75),
                  List.of(40.5, Double.NaN),
                  true,
                  new BasinReport.Point(0.5, -1),
                  List.of(new BasinReport.Point(-1, 0), new BasinReport.Point(1, 0.125)),
                  List.of(new BasinReport.Flow(1, 2, 2), new BasinReport.Flow(2, 1, 1))),
              List.of(
                  new Forecast(
                      "escape_steps", 100, 400, Quantity.of(200, 100, 600, "transition_rate"))),
              Map.of("escape_steps", new ForecastScore(10, 9, 0.9, -1.5)),
              Map.of("accuracy", Quantity.of(0.875, 0.75, 1, "random_scaling"))));

  static final Insight BARE_INSIGHT =
      new Insight("digits", 2, 0, 0, Map.of(), Map.of(), Map.of(), null, List.of(), null);

  static final Alert ALERT =
      new Alert(
          "digits",
          0,
          3004,
          1700000100,
          "divergence",
          Severity.CRITICAL,
          "Loss diverges.",
          "loss 2.3 → 870 in 40 steps",
          "Lower the learning rate.",
          Alert.State.UPDATED,
          2998);

  static final RunSummary RUN =
      new RunSummary(FULL_START, RunSummary.Status.RUNNING, -1, 1700000000.25);

  private GoldenEvents() {}

  /** The same event with its bfloat16 vectors as float32, which is how JSON brings them back. */
  static Event asFloat32(Event e) {
    if (!e.hasStep()) {
      return e;
    }
    StepEvent.Builder step = e.getStep().toBuilder();
    if (step.hasGradSketch()) {
      step.setGradSketch(asFloat32(step.getGradSketch()));
    }
    if (step.hasParamSketch()) {
      step.setParamSketch(asFloat32(step.getParamSketch()));
    }
    for (MicroBatch.Builder m : step.getMicroBatchesBuilderList()) {
      if (m.hasGradSketch()) {
        m.setGradSketch(asFloat32(m.getGradSketch()));
      }
      for (int l = 0; l < m.getLayerSketchesCount(); l++) {
        m.setLayerSketches(l, asFloat32(m.getLayerSketches(l)));
      }
    }
    return e.toBuilder().setStep(step).build();
  }

  private static Vector asFloat32(Vector v) {
    return Vectors.float32(Vectors.toFloats(v));
  }

  private static Vector vector(float... x) {
    return Vectors.float32(x);
  }
}
