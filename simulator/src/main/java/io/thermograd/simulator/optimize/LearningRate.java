package io.thermograd.simulator.optimize;

/** η as a function of the step. */
public sealed interface LearningRate {

  /** η of the 0-based step. */
  double at(long step);

  /** The same η throughout. */
  static LearningRate constant(double eta) {
    return new Constant(eta);
  }

  /** This schedule, multiplied by {@code factor} from {@code step} on. */
  default LearningRate times(double factor, long step) {
    return new Stepped(this, factor, step);
  }

  record Constant(double eta) implements LearningRate {
    public Constant {
      requirePositive("learning rate", eta);
    }

    @Override
    public double at(long step) {
      return eta;
    }
  }

  record Stepped(LearningRate before, double factor, long from) implements LearningRate {
    public Stepped {
      requirePositive("learning rate factor", factor);
      if (from < 0) {
        throw new IllegalArgumentException("step of the change should be at least 0: was " + from);
      }
    }

    @Override
    public double at(long step) {
      return step < from ? before.at(step) : factor * before.at(step);
    }
  }

  private static void requirePositive(String name, double x) {
    if (!(x > 0 && Double.isFinite(x))) {
      throw new IllegalArgumentException(name + " should be positive and finite: was " + x);
    }
  }
}
