package io.thermograd.accuracy.peer;

/**
 * The validation loss has had no new minimum for so many evaluations in a row; counts anew after it
 * has fired.
 *
 * <p>Source: L. Prechelt, doi:10.1007/3-540-49430-8_3; as {@code EarlyStopping} of PyTorch
 * Lightning (patience 3, min_delta 0, a NaN stops at once) and of Keras.
 */
public final class EarlyStopping implements PeerRule {
  private final int patience;
  private double best = Double.POSITIVE_INFINITY;
  private int waited;

  EarlyStopping(int patience) {
    this.patience = patience;
  }

  @Override
  public boolean accept(Sight step) {
    double x = step.validationLoss();
    if (Double.isNaN(x)) {
      return Double.isNaN(step.loss());
    }
    if (x < best) {
      best = x;
      waited = 0;
      return false;
    }
    if (++waited < patience) {
      return false;
    }
    waited = 0;
    return true;
  }
}
