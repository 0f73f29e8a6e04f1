package io.thermograd.simulator.scenario;

import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.TrainingResult;
import io.thermograd.wire.proto.StepEvent;

/** Finds out something about a training that its events do not say. Good for one execution. */
interface TruthProbe {

  /**
   * Looks at a step before θ changes.
   *
   * @param event of rank 0
   */
  void observe(StepView step, StepEvent.Builder event, TruthLog log);

  /** The same probe, asked only every {@code steps} steps. */
  default TruthProbe every(long steps) {
    TruthProbe often = this;
    return new TruthProbe() {
      @Override
      public void observe(StepView step, StepEvent.Builder event, TruthLog log) {
        if (step.step() % steps == 0) {
          often.observe(step, event, log);
        }
      }

      @Override
      public void finish(TrainingResult result, TruthLog log) {
        often.finish(result, log);
      }
    };
  }

  /** Says what could only be known at the end. */
  default void finish(TrainingResult result, TruthLog log) {}
}
