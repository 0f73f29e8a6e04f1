package io.thermograd.simulator.train;

import io.thermograd.simulator.model.Evaluator;
import io.thermograd.wire.proto.StepEvent;

/** Loss and accuracy on examples that were held back, every so many steps. */
public final class Validation implements StepObserver {
  private final Evaluator evaluator;
  private final int every;

  public Validation(Evaluator evaluator, int every) {
    TrainingPlan.requireAtLeast("steps between validations", 1, every);
    TrainingPlan.requireAtLeast("examples held back", 1, evaluator.data().size());
    this.evaluator = evaluator;
    this.every = every;
  }

  @Override
  public void observe(StepView step, StepEvent.Builder event) {
    if (step.step() % every == 0) {
      event.setValidationLoss(evaluator.loss(step.theta()));
      event.putTracked("validation_accuracy", evaluator.accuracy(step.theta()));
    }
  }
}
