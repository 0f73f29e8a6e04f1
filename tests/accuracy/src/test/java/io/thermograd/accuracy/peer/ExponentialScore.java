package io.thermograd.accuracy.peer;

import java.util.function.ToDoubleFunction;

/**
 * A value is more than 2.5 exponentially weighted standard deviations (α = 0.97) above the
 * exponentially weighted mean, which start with the first 25 values. What fired enters the averages
 * clipped to mean + 2.5²σ/z.
 *
 * <p>Source: A. Kumar et al., ZClip, arXiv:2504.02507, and its code: z_thresh 2.5, alpha 0.97,
 * warmup_steps 25, adaptive scaling. There it watches the gradient norm; it is shown the loss, too.
 * A value that is not finite fires and does not enter, where the original's averages become NaN.
 */
public final class ExponentialScore implements PeerRule {
  private static final double ALPHA = 0.97;
  private static final double THRESHOLD = 2.5;
  private static final int WARM_UP = 25;
  private static final double EPS = 1e-6;

  private final ToDoubleFunction<Sight> what;
  private final RollingWindow first = new RollingWindow(WARM_UP);
  private double mean;
  private double variance;
  private boolean ready;

  ExponentialScore(ToDoubleFunction<Sight> what) {
    this.what = what;
  }

  @Override
  public boolean accept(Sight step) {
    double x = what.applyAsDouble(step);
    if (!Double.isFinite(x)) {
      return !Double.isFinite(step.loss()) || !Double.isNaN(x);
    }
    if (!ready) {
      first.add(x);
      if (first.size() == WARM_UP) {
        ready = true;
        mean = first.mean();
        variance = first.sd() * first.sd() * (WARM_UP - 1) / WARM_UP;
      }
      return false;
    }
    double sd = Math.sqrt(variance);
    double z = (x - mean) / (sd + EPS);
    boolean fires = z > THRESHOLD;
    double enters = fires ? mean + THRESHOLD * THRESHOLD * sd / z : x;
    mean = ALPHA * mean + (1 - ALPHA) * enters;
    variance = ALPHA * variance + (1 - ALPHA) * (enters - mean) * (enters - mean);
    return fires;
  }
}
