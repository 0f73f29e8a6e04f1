package io.thermograd.simulator.optimize;

/** η as a function of the step. Immutable; at most one transcendental function a call. */
public sealed interface LearningRate {

  /** η of the 0-based step; positive, or 0 at the end of a schedule that goes there. */
  double at(long step);

  /** The same η throughout. */
  static LearningRate constant(double eta) {
    return new Constant(eta);
  }

  /** η multiplied by {@code factor} after every {@code every} steps. */
  static LearningRate steps(double eta, double factor, long every) {
    return new Steps(eta, factor, every);
  }

  /** η·factor^step. */
  static LearningRate exponential(double eta, double factor) {
    return new Exponential(eta, factor);
  }

  /** Half a cosine from η down to {@code end} in {@code steps} steps, then {@code end}. */
  static LearningRate cosine(double eta, double end, long steps) {
    return new Cosine(eta, end, steps);
  }

  /**
   * Half a cosine from η towards {@code end}, again and again.
   *
   * @param first steps of the first cycle
   * @param growth each cycle is that many times longer than the one before; at least 1
   */
  static LearningRate warmRestarts(double eta, double end, long first, int growth) {
    return new WarmRestarts(eta, end, first, growth);
  }

  /**
   * c/log(step + offset), the slowest cooling: with c/log(t) a barrier is still crossed, if its
   * height over the temperature's c is low enough.
   *
   * @param offset > 1
   */
  static LearningRate inverseLog(double c, double offset) {
    return new InverseLog(c, offset);
  }

  /** This schedule, multiplied by {@code factor} from {@code step} on. */
  default LearningRate times(double factor, long step) {
    return new Changed(this, factor, step);
  }

  /**
   * First {@code steps} steps that rise linearly from {@code share} of this schedule's first η to
   * that η, then this schedule from its beginning.
   *
   * @param share in [0, 1]
   */
  default LearningRate afterWarmUp(double share, long steps) {
    return new WarmUp(this, share, steps);
  }

  record Constant(double eta) implements LearningRate {
    public Constant {
      Checks.positive("learning rate", eta);
    }

    @Override
    public double at(long step) {
      return eta;
    }
  }

  record Steps(double eta, double factor, long every) implements LearningRate {
    public Steps {
      Checks.positive("learning rate", eta);
      Checks.positive("learning rate factor", factor);
      Checks.atLeast("steps between changes", 1, every);
    }

    @Override
    public double at(long step) {
      return eta * StrictMath.pow(factor, Math.floorDiv(step, every));
    }
  }

  record Exponential(double eta, double factor) implements LearningRate {
    public Exponential {
      Checks.positive("learning rate", eta);
      Checks.positive("learning rate factor", factor);
    }

    @Override
    public double at(long step) {
      return eta * StrictMath.pow(factor, step);
    }
  }

  record Cosine(double eta, double end, long steps) implements LearningRate {
    public Cosine {
      Checks.positive("learning rate", eta);
      Checks.atMost("final learning rate", eta, end);
      Checks.atLeast("steps of the schedule", 1, steps);
    }

    @Override
    public double at(long step) {
      return halfCosine(eta, end, Math.min(1, (double) step / steps));
    }
  }

  record WarmRestarts(double eta, double end, long first, int growth) implements LearningRate {
    public WarmRestarts {
      Checks.positive("learning rate", eta);
      Checks.atMost("final learning rate", eta, end);
      Checks.atLeast("steps of the first cycle", 1, first);
      Checks.atLeast("growth of the cycles", 1, growth);
    }

    @Override
    public double at(long step) {
      long length = first;
      long within = step;
      if (growth == 1) {
        within %= length;
      } else {
        while (within >= length) { // at most 63 times
          within -= length;
          length *= growth;
        }
      }
      return halfCosine(eta, end, (double) within / length);
    }
  }

  record InverseLog(double c, double offset) implements LearningRate {
    public InverseLog {
      Checks.positive("numerator of the learning rate", c);
      if (!(offset > 1 && Double.isFinite(offset))) {
        throw new IllegalArgumentException(
            "offset should be above 1, where the logarithm is positive: was " + offset);
      }
    }

    @Override
    public double at(long step) {
      return c / StrictMath.log(step + offset);
    }
  }

  record Changed(LearningRate before, double factor, long from) implements LearningRate {
    public Changed {
      Checks.positive("learning rate factor", factor);
      Checks.atLeast("step of the change", 0, from);
    }

    @Override
    public double at(long step) {
      return step < from ? before.at(step) : factor * before.at(step);
    }
  }

  record WarmUp(LearningRate then, double share, long steps) implements LearningRate {
    public WarmUp {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("share should be in [0, 1]: was " + share);
      }
      Checks.atLeast("steps of the warm-up", 1, steps);
    }

    @Override
    public double at(long step) {
      return step < steps
          ? then.at(0) * (share + (1 - share) * step / steps)
          : then.at(step - steps);
    }
  }

  private static double halfCosine(double eta, double end, double share) {
    return end + 0.5 * (eta - end) * (1 + StrictMath.cos(Math.PI * share));
  }
}
