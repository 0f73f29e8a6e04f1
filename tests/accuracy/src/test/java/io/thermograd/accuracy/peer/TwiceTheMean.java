package io.thermograd.accuracy.peer;

/**
 * The loss is more than twice the mean of the 100 before it, five times in a row.
 *
 * <p>Source: LLM Foundry, {@code KillLossSpike}, outlier_multiplier 2, window_size 100, patience 4,
 * which tolerates four in a row; its cap on the absolute loss is left out. More generous than the
 * original in one thing: a NaN fires at once, where comparing with it says nothing.
 */
public final class TwiceTheMean implements PeerRule {
  private static final int LENGTH = 100;
  private static final int TOLERATED = 4;

  private final RollingWindow window = new RollingWindow(LENGTH);
  private int inRow;

  @Override
  public boolean accept(Sight step) {
    double x = step.loss();
    inRow = window.size() == LENGTH && x > 2 * window.mean() ? inRow + 1 : 0;
    window.add(x);
    return inRow > TOLERATED || Double.isNaN(x);
  }
}
