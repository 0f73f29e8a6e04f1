package io.thermograd.estimate.step;

import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import io.thermograd.wire.proto.RunStarted.Sampling;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What the estimators need to know about a run.
 *
 * @param datasetSize n when batches are drawn without replacement from n known examples, else
 *     empty: noise is then that of independent draws
 * @param momentum β of the heavy ball or Nesterov, 0 for plain SGD; empty when unknown
 * @param optimizer decides whether SGD temperatures apply
 * @param sketchDim k, 0 when gradients are sent whole (no sketch error)
 * @param beta1 β₁ of Adam and its kin; empty when unknown
 * @param layerSketchDim most elements of a layer's sketch, whose shorter ones are layers sent whole
 * @param budgetSteps steps that the run may take in all; empty when it did not say
 * @param collisions how often two parameters share an element of the sketch, times k: 1 − {@value
 *     #SEGMENT}/P for a block fold, which keeps those of one segment apart; 1 of random hashing,
 *     and where P is not known
 */
public record RunSettings(
    OptionalLong datasetSize,
    OptionalDouble momentum,
    Optimizer optimizer,
    int sketchDim,
    OptionalDouble beta1,
    int layerSketchDim,
    OptionalLong budgetSteps,
    double collisions) {
  private static final double SEGMENT = 256;

  /** Of a sketch that hashes at random. */
  public RunSettings(
      OptionalLong datasetSize,
      OptionalDouble momentum,
      Optimizer optimizer,
      int sketchDim,
      OptionalDouble beta1,
      int layerSketchDim,
      OptionalLong budgetSteps) {
    this(datasetSize, momentum, optimizer, sketchDim, beta1, layerSketchDim, budgetSteps, 1);
  }

  /** Of a run without a budget. */
  public RunSettings(
      OptionalLong datasetSize,
      OptionalDouble momentum,
      Optimizer optimizer,
      int sketchDim,
      OptionalDouble beta1,
      int layerSketchDim) {
    this(datasetSize, momentum, optimizer, sketchDim, beta1, layerSketchDim, OptionalLong.empty());
  }

  /** Of a run that sends no layer sketches. */
  public RunSettings(
      OptionalLong datasetSize,
      OptionalDouble momentum,
      Optimizer optimizer,
      int sketchDim,
      OptionalDouble beta1) {
    this(datasetSize, momentum, optimizer, sketchDim, beta1, 0);
  }

  /** Of an optimizer without β₁. */
  public RunSettings(
      OptionalLong datasetSize, OptionalDouble momentum, Optimizer optimizer, int sketchDim) {
    this(datasetSize, momentum, optimizer, sketchDim, OptionalDouble.empty());
  }

  /** From what the trainer said at the start. */
  public static RunSettings of(RunStarted started) {
    boolean distinct =
        started.getSampling() == Sampling.WITHOUT_REPLACEMENT
            && started.hasDatasetSize()
            && started.getDatasetSize() > 1;
    boolean whole =
        started.getSketchScheme().equals("identity")
            || (started.hasParameterCount()
                && started.getParameterCount() <= started.getSketchDim());
    return new RunSettings(
        distinct ? OptionalLong.of(started.getDatasetSize()) : OptionalLong.empty(),
        momentum(started),
        started.getOptimizer(),
        whole ? 0 : started.getSketchDim(),
        started.hasBeta1() ? OptionalDouble.of(started.getBeta1()) : OptionalDouble.empty(),
        started.getLayerSketchDim(),
        started.hasBudgetSteps() ? OptionalLong.of(started.getBudgetSteps()) : OptionalLong.empty(),
        started.getSketchScheme().equals("block_fold") && started.hasParameterCount()
            ? collisions(started.getParameterCount())
            : 1);
  }

  /** Those of a block fold of P parameters. */
  public static double collisions(long parameterCount) {
    return Math.max(0, 1 - SEGMENT / parameterCount);
  }

  /** The same run, with that many parameters in a block fold. */
  public RunSettings withParameters(long parameterCount) {
    return new RunSettings(
        datasetSize,
        momentum,
        optimizer,
        sketchDim,
        beta1,
        layerSketchDim,
        budgetSteps,
        collisions(parameterCount));
  }

  private static OptionalDouble momentum(RunStarted started) {
    if (started.hasMomentum()) {
      return OptionalDouble.of(started.getMomentum());
    }
    return started.getOptimizer() == Optimizer.SGD ? OptionalDouble.of(0) : OptionalDouble.empty();
  }
}
