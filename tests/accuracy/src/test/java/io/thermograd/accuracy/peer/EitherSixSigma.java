package io.thermograd.accuracy.peer;

/**
 * Loss or gradient norm is not within 6 standard deviations above the mean of the last 128, once
 * there are 64 of them. Outliers enter the window like any other value; a NaN is not within.
 *
 * <p>Source: OLMo-core, {@code SkipStepOptimizer}, rolling_interval_length 128, sigma_factor 6.
 */
public final class EitherSixSigma implements PeerRule {
  private static final int LENGTH = 128;
  private static final double SIGMAS = 6;

  private final RollingWindow losses = new RollingWindow(LENGTH);
  private final RollingWindow norms = new RollingWindow(LENGTH);

  @Override
  public boolean accept(Sight step) {
    boolean told = !Double.isNaN(step.gradientNorm()) || Double.isNaN(step.loss());
    return outlier(losses, step.loss()) | (told && outlier(norms, step.gradientNorm()));
  }

  private static boolean outlier(RollingWindow window, double x) {
    boolean within = window.size() < LENGTH / 2 || x - window.mean() <= SIGMAS * window.sd();
    window.add(x);
    return !within;
  }
}
