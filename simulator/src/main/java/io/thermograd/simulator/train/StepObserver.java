package io.thermograd.simulator.train;

import io.thermograd.wire.proto.StepEvent;

/** Looks at every step of a training, and may add to what is reported of it. */
@FunctionalInterface
public interface StepObserver {

  /**
   * Called once a step, before θ changes.
   *
   * @param event of rank 0, about to be sent
   */
  void observe(StepView step, StepEvent.Builder event);
}
