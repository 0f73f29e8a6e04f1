package io.thermograd.wire;

import io.thermograd.wire.proto.CurvatureProbe;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.LayerNorms;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.util.Map;

/**
 * What every event has to fulfil by itself, so that nothing behind the codec needs to check again.
 *
 * <p>A loss, a gradient or a sketch that is NaN or infinite is not invalid: it is the news that a
 * run diverged. Settings and clocks that are not finite are mistakes.
 *
 * <p>Cost: independent of the sketches' dimension.
 */
public final class EventRules {
  /** Characters in a run id at most. */
  public static final int MAX_RUN_ID = 200;

  /** Ranks of one run at most. */
  public static final int MAX_WORLD_SIZE = 65_536;

  /** Elements of a sketch at most. */
  public static final int MAX_SKETCH_DIM = 1 << 20;

  /** Labels of a run at most: each is a label on every series of the run. */
  public static final int MAX_LABELS = 16;

  /** Tracked scalars of a step at most. */
  public static final int MAX_TRACKED = 64;

  /** Layers at most of a run that sends layer sketches. */
  public static final int MAX_SKETCHED_LAYERS = 64;

  private static final int MAX_NAME = 64;
  private static final int MAX_TEXT = 200;

  private EventRules() {}

  /** Returns when every rule holds. */
  public static void check(Event e) throws InvalidEventException {
    if (e.getSchemaVersion() < 0 || e.getSchemaVersion() > EventCodec.SCHEMA_VERSION) {
      throw unsupported(Integer.toUnsignedLong(e.getSchemaVersion()));
    }
    switch (e.getPayloadCase()) {
      case RUN_STARTED -> check(e.getRunStarted());
      case STEP -> check(e.getStep());
      case RUN_FINISHED -> check(e.getRunFinished());
      case PAYLOAD_NOT_SET -> {
        if (!e.getUnknownFields().asMap().isEmpty()) {
          throw new InvalidEventException(
              RejectionKind.UNSUPPORTED_VERSION,
              "event holds only fields that this version does not know: "
                  + e.getUnknownFields().asMap().keySet()
                  + "; upgrade the reader");
        }
        throw Check.invalid("event holds nothing; send run_started, step or run_finished");
      }
    }
  }

  static InvalidEventException unsupported(long version) {
    return new InvalidEventException(
        RejectionKind.UNSUPPORTED_VERSION,
        "schema_version should be at most "
            + EventCodec.SCHEMA_VERSION
            + ": was "
            + version
            + "; upgrade the reader, or write with the version it knows");
  }

  private static void check(RunStarted s) throws InvalidEventException {
    checkRun(s.getRunId(), s.getAttempt());
    Check.finite("started_at", s.getStartedAt());
    if (s.hasParameterCount()) {
      Check.positive("parameter_count", s.getParameterCount());
    }
    if (!s.getSketchScheme().isEmpty()) {
      Check.name("sketch_scheme", s.getSketchScheme(), MAX_NAME);
    }
    Check.atMost("sketch_dim", s.getSketchDim(), MAX_SKETCH_DIM);
    if (s.hasDatasetSize()) {
      Check.positive("dataset_size", s.getDatasetSize());
    }
    if (s.hasMomentum()) {
      Check.inUnitInterval("momentum", s.getMomentum());
    }
    if (s.hasBeta1()) {
      Check.inUnitInterval("beta1", s.getBeta1());
    }
    if (s.hasBeta2()) {
      Check.inUnitInterval("beta2", s.getBeta2());
    }
    if (s.hasWeightDecay()) {
      Check.finiteNotNegative("weight_decay", s.getWeightDecay());
    }
    Check.atMost("world_size", s.getWorldSize(), MAX_WORLD_SIZE);
    if (s.hasBudgetSteps()) {
      Check.positive("budget_steps", s.getBudgetSteps());
    }
    for (String layer : s.getLayerNamesList()) {
      Check.name("layer_names", layer, MAX_TEXT);
    }
    Check.atMost("layer_sketch_dim", s.getLayerSketchDim(), MAX_SKETCH_DIM);
    int layers = s.getLayerNamesCount();
    if (s.getLayerSketchDim() > 0 && (layers == 0 || layers > MAX_SKETCHED_LAYERS)) {
      throw Check.invalid(
          "layer_names should have 1 to "
              + MAX_SKETCHED_LAYERS
              + " entries where layer_sketch_dim is sent: had "
              + layers
              + "; group the layers, or leave layer_sketch_dim out");
    }
    Check.count("labels", s.getLabelsCount(), MAX_LABELS);
    for (Map.Entry<String, String> label : s.getLabelsMap().entrySet()) {
      Check.identifier("labels", label.getKey(), MAX_NAME);
      Check.text("labels." + label.getKey(), label.getValue(), MAX_TEXT);
    }
  }

  private static void check(StepEvent s) throws InvalidEventException {
    checkRun(s.getRunId(), s.getAttempt());
    Check.notNegative("step", s.getStep());
    if (s.getRank() < 0 || s.getRank() >= MAX_WORLD_SIZE) {
      throw Check.invalid(
          "rank should be 0 to "
              + (MAX_WORLD_SIZE - 1)
              + ": was "
              + Integer.toUnsignedString(s.getRank())
              + "; number the ranks from 0");
    }
    Check.finite("time", s.getTime());
    if (s.hasLearningRate()) {
      Check.finiteNotNegative("learning_rate", s.getLearningRate());
    }
    if (s.hasBatchSize()) {
      Check.positive("batch_size", s.getBatchSize());
    }
    checkSketches(s);
    checkLayerSketches(s);
    checkNorms(s);
    Check.count("tracked", s.getTrackedCount(), MAX_TRACKED);
    for (String name : s.getTrackedMap().keySet()) {
      Check.name("tracked", name, MAX_NAME);
    }
    if (s.hasNonfiniteCount()) {
      Check.notNegative("nonfinite_count", s.getNonfiniteCount());
    }
    if (s.hasLossScale() && !(s.getLossScale() > 0 && Double.isFinite(s.getLossScale()))) {
      throw Check.invalid(
          "loss_scale should be positive and finite: was "
              + s.getLossScale()
              + "; leave it out when the loss is not scaled");
    }
    Check.notNegative("dropped_events", s.getDroppedEvents());
  }

  private static void checkSketches(StepEvent s) throws InvalidEventException {
    int length = 0;
    long examples = 0;
    for (int j = 0; j < s.getMicroBatchesCount(); j++) {
      MicroBatch m = s.getMicroBatches(j);
      if (m.getExamples() <= 0) {
        Check.positive("micro_batches[" + j + "].examples", m.getExamples());
      }
      examples += m.getExamples();
      if (m.hasGradSqnorm() && m.getGradSqnorm() < 0) {
        Check.sqnorm("micro_batches[" + j + "].grad_sqnorm", m.getGradSqnorm());
      }
      if (m.hasGradSketch()) {
        length = Check.sketch("grad_sketch of micro-batch ", j, m.getGradSketch(), length);
      }
    }
    if (s.hasGradSketch()) {
      length = Check.sketch("grad_sketch", -1, s.getGradSketch(), length);
    }
    if (s.hasParamSketch()) {
      Check.sketch("param_sketch", -1, s.getParamSketch(), length);
    }
    if (s.hasBatchSize() && examples > s.getBatchSize()) {
      throw Check.invalid(
          "batch_size should be at least the "
              + examples
              + " examples of the micro-batches: was "
              + s.getBatchSize()
              + "; it is the global batch, over all micro-batches and ranks");
    }
  }

  private static void checkLayerSketches(StepEvent s) throws InvalidEventException {
    if (s.getMicroBatchesCount() == 0) {
      return;
    }
    MicroBatch first = s.getMicroBatches(0);
    int layers = first.getLayerSketchesCount();
    Check.count("micro_batches[0].layer_sketches", layers, MAX_SKETCHED_LAYERS);
    for (int j = 0; j < s.getMicroBatchesCount(); j++) {
      MicroBatch m = s.getMicroBatches(j);
      if (m.getLayerSketchesCount() != layers) {
        throw Check.invalid(
            "micro_batches["
                + j
                + "].layer_sketches should have "
                + layers
                + " entries as the first micro-batch's: had "
                + m.getLayerSketchesCount()
                + "; send one a layer in every micro-batch, or none");
      }
      for (int l = 0; l < layers; l++) {
        int before = j == 0 ? 0 : Vectors.length(first.getLayerSketches(l));
        Check.sketch("layer_sketches[" + l + "] of micro-batch ", j, m.getLayerSketches(l), before);
      }
    }
  }

  private static void checkNorms(StepEvent s) throws InvalidEventException {
    Check.sqnorm("grad_sqnorm", s.getGradSqnorm());
    Check.sqnorm("raw_grad_sqnorm", s.getRawGradSqnorm());
    Check.sqnorm("param_sqnorm", s.getParamSqnorm());
    Check.sqnorm("update_sqnorm", s.getUpdateSqnorm());
    for (LayerNorms layer : s.getLayersList()) {
      Check.name("layers.name", layer.getName(), MAX_TEXT);
      Check.sqnorm("layers.grad_norm", layer.getGradNorm());
      Check.sqnorm("layers.param_norm", layer.getParamNorm());
      Check.sqnorm("layers.update_norm", layer.getUpdateNorm());
    }
    CurvatureProbe probe = s.getProbe();
    Check.count("probe.hessian_top", probe.getHessianTopCount(), MAX_SKETCH_DIM);
    Check.count("probe.preconditioned_top", probe.getPreconditionedTopCount(), MAX_SKETCH_DIM);
  }

  private static void check(RunFinished f) throws InvalidEventException {
    checkRun(f.getRunId(), f.getAttempt());
    Check.finite("time", f.getTime());
    Check.notNegative("dropped_events", f.getDroppedEvents());
  }

  private static void checkRun(String runId, int attempt) throws InvalidEventException {
    Check.name("run_id", runId, MAX_RUN_ID);
    if (runId.indexOf('/') >= 0 || runId.equals(".") || runId.equals("..")) {
      throw Check.invalid(
          "run_id should hold no '/' and be neither \".\" nor \"..\": was "
              + Text.quote(runId)
              + "; it is part of keys and URLs, use '-' instead");
    }
    Check.notNegative("attempt", attempt);
  }
}
