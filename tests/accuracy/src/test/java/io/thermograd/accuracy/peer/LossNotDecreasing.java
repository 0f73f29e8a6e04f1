package io.thermograd.accuracy.peer;

/**
 * Every 10 steps: the loss is not below that of the last look.
 *
 * <p>Source: Amazon SageMaker Debugger, {@code LossNotDecreasing}: num_steps 10, diff_percent 0.
 */
public final class LossNotDecreasing implements PeerRule {
  private static final int EVERY = 10;

  private double before = Double.NaN;
  private int steps;

  @Override
  public boolean accept(Sight step) {
    if (steps++ % EVERY != 0) {
      return false;
    }
    boolean fires = !Double.isNaN(before) && !(step.loss() < before);
    before = step.loss();
    return fires;
  }
}
