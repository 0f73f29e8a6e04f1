package io.thermograd.accuracy.peer;

/**
 * The cumulated excess of the loss over its mean, less δ = 0.005 a step, forgotten by 0.9999 and
 * never below 0, exceeds λ = 50, with 30 losses at least; begins anew after it has fired.
 *
 * <p>Source: E. S. Page, doi:10.1093/biomet/41.1-2.100, with the constants of MOA's {@code
 * PageHinkleyDM}, whose release 2023.04.0 lets the sum fall below 0, and so fires later. A loss
 * that is not finite fires and is left out.
 */
public final class PageHinkley implements PeerRule {
  private static final double DELTA = 0.005;
  private static final double ALPHA = 0.9999;
  private static final double LAMBDA = 50;
  private static final int LEAST = 30;

  private double mean;
  private double sum;
  private long count;

  @Override
  public boolean accept(Sight step) {
    double x = step.loss();
    if (!Double.isFinite(x)) {
      return true;
    }
    count++;
    mean += (x - mean) / count;
    sum = Math.max(0, ALPHA * sum + x - mean - DELTA);
    if (count < LEAST || !(sum > LAMBDA)) {
      return false;
    }
    mean = 0;
    sum = 0;
    count = 0;
    return true;
  }
}
