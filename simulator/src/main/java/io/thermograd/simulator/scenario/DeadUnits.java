package io.thermograd.simulator.scenario;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Layer;
import io.thermograd.simulator.train.StepView;
import io.thermograd.wire.proto.StepEvent;

/**
 * Counts the units of the first hidden layer that no training example activates: no gradient can
 * reach their weights. Every step from some steps before the danger until some after it, and else
 * now and then.
 */
final class DeadUnits implements TruthProbe {
  private static final long AROUND = 50;

  private final Dataset data;
  private final Layer hidden;
  private final long danger;
  private final double[] sums;
  private final float[] input;
  private boolean dead;

  /**
   * @param danger the step at which units may begin to die
   */
  DeadUnits(Evaluator evaluator, long danger) {
    this.data = evaluator.data();
    this.hidden = evaluator.layers().get(0);
    this.danger = danger;
    this.sums = new double[hidden.outputs()];
    this.input = new float[hidden.inputs()];
  }

  @Override
  public void observe(StepView step, StepEvent.Builder event, TruthLog log) {
    boolean close = Math.abs(step.step() - danger) <= AROUND;
    if (!close && step.step() % Networks.EVERY != 0) {
      return;
    }
    int count = count(step.theta());
    log.quantity("dead_units", "units", "hidden units that no training example activates")
        .at(step.step(), count);
    if (!dead && 2 * count >= hidden.outputs()) {
      dead = true;
      log.moment(
          "units_dead",
          step.step(),
          "at least half of the %d hidden units are activated by no training example"
              .formatted(hidden.outputs()));
    }
  }

  private int count(float[] theta) {
    boolean[] alive = new boolean[hidden.outputs()];
    for (int i = 0; i < data.size(); i++) {
      data.copyInput(i, input, 0);
      for (int u = 0; u < sums.length; u++) {
        sums[u] = theta[hidden.offset() + hidden.inputs() * hidden.outputs() + u];
      }
      for (int f = 0; f < input.length; f++) {
        int row = hidden.offset() + f * hidden.outputs();
        for (int u = 0; u < sums.length; u++) {
          sums[u] += input[f] * theta[row + u];
        }
      }
      for (int u = 0; u < sums.length; u++) {
        alive[u] |= sums[u] > 0;
      }
    }
    int count = 0;
    for (boolean unit : alive) {
      count += unit ? 0 : 1;
    }
    return count;
  }
}
