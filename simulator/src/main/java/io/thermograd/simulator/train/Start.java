package io.thermograd.simulator.train;

import java.util.ArrayList;
import java.util.List;

/**
 * Everything a training changes as it goes: good for one execution.
 *
 * @param source of the gradients, with its random numbers at their beginning
 * @param theta where to start
 * @param observers of the steps, in their order
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once
public record Start(GradientSource source, double[] theta, List<StepObserver> observers) {
  public Start {
    observers = List.copyOf(observers);
  }

  /** With one more observer, after the others. */
  public Start observedBy(StepObserver observer) {
    List<StepObserver> more = new ArrayList<>(observers);
    more.add(observer);
    return new Start(source, theta, more);
  }
}
