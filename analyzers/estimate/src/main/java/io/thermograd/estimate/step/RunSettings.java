package io.thermograd.estimate.step;

import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import io.thermograd.wire.proto.RunStarted.Sampling;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;

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

  /** Of a run that says no more: independent draws, gradients sent whole, β = 0 with plain SGD. */
  public static RunSettings of(Optimizer optimizer) {
    return new RunSettings(
        OptionalLong.empty(),
        optimizer == Optimizer.SGD ? OptionalDouble.of(0) : OptionalDouble.empty(),
        optimizer,
        0,
        OptionalDouble.empty(),
        0,
        OptionalLong.empty(),
        1);
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
    RunSettings said = of(started.getOptimizer());
    if (distinct) {
      said = said.withDatasetSize(started.getDatasetSize());
    }
    if (started.hasMomentum()) {
      said = said.withMomentum(started.getMomentum());
    }
    if (started.hasBeta1()) {
      said = said.withBeta1(started.getBeta1());
    }
    if (started.hasBudgetSteps()) {
      said = said.withBudgetSteps(started.getBudgetSteps());
    }
    if (started.getSketchScheme().equals("block_fold") && started.hasParameterCount()) {
      said = said.withBlockFoldOf(started.getParameterCount());
    }
    return said.withSketchDim(whole ? 0 : started.getSketchDim())
        .withLayerSketchDim(started.getLayerSketchDim());
  }

  /** Those of a block fold of P parameters. */
  public static double collisions(long parameterCount) {
    return Math.max(0, 1 - SEGMENT / parameterCount);
  }

  /** The same, with batches drawn without replacement from n examples; 0: independent draws. */
  public RunSettings withDatasetSize(long n) {
    return with(draft -> draft.datasetSize = n == 0 ? OptionalLong.empty() : OptionalLong.of(n));
  }

  /** The same, with momentum β. */
  public RunSettings withMomentum(double beta) {
    return with(draft -> draft.momentum = OptionalDouble.of(beta));
  }

  /** The same, with sketches of k elements; 0: gradients sent whole. */
  public RunSettings withSketchDim(int k) {
    return with(draft -> draft.sketchDim = k);
  }

  /** The same, with β₁ of Adam. */
  public RunSettings withBeta1(double newBeta1) {
    return with(draft -> draft.beta1 = OptionalDouble.of(newBeta1));
  }

  /** The same, with layers' sketches of at most so many elements; 0: none. */
  public RunSettings withLayerSketchDim(int most) {
    return with(draft -> draft.layerSketchDim = most);
  }

  /** The same, with a budget of steps. */
  public RunSettings withBudgetSteps(long steps) {
    return with(draft -> draft.budgetSteps = OptionalLong.of(steps));
  }

  /** The same, with that many parameters in a block fold. */
  public RunSettings withBlockFoldOf(long parameterCount) {
    return with(draft -> draft.collisions = collisions(parameterCount));
  }

  private RunSettings with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.settings();
  }

  /** The same fields, while they change. */
  private static final class Draft {
    OptionalLong datasetSize;
    OptionalDouble momentum;
    final Optimizer optimizer;
    int sketchDim;
    OptionalDouble beta1;
    int layerSketchDim;
    OptionalLong budgetSteps;
    double collisions;

    Draft(RunSettings from) {
      datasetSize = from.datasetSize;
      momentum = from.momentum;
      optimizer = from.optimizer;
      sketchDim = from.sketchDim;
      beta1 = from.beta1;
      layerSketchDim = from.layerSketchDim;
      budgetSteps = from.budgetSteps;
      collisions = from.collisions;
    }

    RunSettings settings() {
      return new RunSettings(
          datasetSize,
          momentum,
          optimizer,
          sketchDim,
          beta1,
          layerSketchDim,
          budgetSteps,
          collisions);
    }
  }
}
