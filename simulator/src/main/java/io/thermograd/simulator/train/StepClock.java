package io.thermograd.simulator.train;

/** The trainer's clock as the events show it, in seconds since the Unix epoch. */
@FunctionalInterface
public interface StepClock {

  /** The time of a step; the step after the last one is the run's end. */
  double time(long step);

  /** The machine's clock, to the millisecond. */
  static StepClock system() {
    return step -> System.currentTimeMillis() / 1e3;
  }

  /**
   * The machine's clock, for one training that it holds to a pace: who asks for the time of a step
   * waits for that step's turn. Returns early when the thread is interrupted.
   *
   * @param stepsPerSecond infinity for as fast as it goes
   */
  static StepClock paced(double stepsPerSecond) {
    if (!(stepsPerSecond > 0)) {
      throw new IllegalArgumentException(
          "steps per second should be positive: was " + stepsPerSecond);
    }
    Pacer pacer = new Pacer(stepsPerSecond);
    return step -> {
      pacer.await();
      return System.currentTimeMillis() / 1e3;
    };
  }

  /**
   * A made-up clock that goes by steps only, so that a recording depends on nothing but its
   * configuration.
   *
   * @param start seconds since the Unix epoch of step 0
   */
  static StepClock synthetic(double start, double stepsPerSecond) {
    if (!Double.isFinite(start)) {
      throw new IllegalArgumentException("start should be finite: was " + start);
    }
    if (!(stepsPerSecond > 0 && Double.isFinite(stepsPerSecond))) {
      throw new IllegalArgumentException(
          "steps per second should be positive and finite: was " + stepsPerSecond);
    }
    return step -> start + step / stepsPerSecond;
  }
}
