package io.thermograd.simulator.experiment;

/** What a measurement has to satisfy. A value that is not finite satisfies nothing but None. */
public sealed interface Requirement {

  /**
   * @param predicted NaN where the row has only a measurement
   */
  boolean holds(double predicted, Measured measured);

  /** In a few words, for the table, for example "within 3 %". */
  String text();

  /**
   * |measured/predicted − 1| ≤ tolerance. A prediction of 0 is met by 0 alone: compare something
   * else then.
   *
   * @param tolerance ≥ 0, for example 0.03
   */
  static Requirement within(double tolerance) {
    return new Within(tolerance);
  }

  /**
   * The measurement's 95 % interval contains the prediction. By construction one right prediction
   * in twenty fails this: for rows that have to hold for every seed take {@link #covers(double)}.
   */
  static Requirement covers() {
    return new Covers(1);
  }

  /**
   * The prediction lies within the measurement's 95 % interval after both of its arms, from the
   * value to either end, are made {@code arms} times as long. With normal errors a right prediction
   * fails by chance once in 20 for 1, in 300 for 1.5, in 11,000 for 2 and in 300 million for 3.
   *
   * @param arms ≥ 1
   */
  static Requirement covers(double arms) {
    return new Covers(arms);
  }

  /** low ≤ measured ≤ high, whatever is predicted. */
  static Requirement between(double low, double high) {
    return new Between(low, high);
  }

  /** measured ≤ high, whatever is predicted. */
  static Requirement atMost(double high) {
    return new Between(Double.NEGATIVE_INFINITY, high);
  }

  /** measured ≥ low, whatever is predicted. */
  static Requirement atLeast(double low) {
    return new Between(low, Double.POSITIVE_INFINITY);
  }

  /** Nothing. */
  static Requirement none() {
    return new None();
  }

  record Within(double tolerance) implements Requirement {
    public Within {
      if (!(tolerance >= 0 && Double.isFinite(tolerance))) {
        throw new IllegalArgumentException(
            "tolerance should be finite and not negative: was " + tolerance);
      }
    }

    @Override
    public boolean holds(double predicted, Measured measured) {
      return Double.isFinite(predicted)
          && Double.isFinite(measured.value())
          && Math.abs(measured.value() - predicted) <= tolerance * Math.abs(predicted);
    }

    @Override
    public String text() {
      return "within %s %%".formatted(Numbers.plain(100 * tolerance));
    }
  }

  record Covers(double arms) implements Requirement {
    public Covers {
      if (!(arms >= 1 && Double.isFinite(arms))) {
        throw new IllegalArgumentException("arms should be finite and at least 1: was " + arms);
      }
    }

    /** An interval with an infinite end claims nothing, so it covers nothing. */
    @Override
    public boolean holds(double predicted, Measured measured) {
      double low = measured.value() - arms * (measured.value() - measured.low());
      double high = measured.value() + arms * (measured.high() - measured.value());
      return Double.isFinite(low)
          && Double.isFinite(high)
          && Math.min(low, measured.low()) <= predicted
          && predicted <= Math.max(high, measured.high());
    }

    @Override
    public String text() {
      return arms == 1 ? "interval covers" : "%s× interval covers".formatted(Numbers.plain(arms));
    }
  }

  record Between(double low, double high) implements Requirement {
    public Between {
      if (!(low <= high) || (Double.isInfinite(low) && Double.isInfinite(high))) {
        throw new IllegalArgumentException(
            "bounds should be in order and one of them finite: were " + low + " and " + high);
      }
    }

    @Override
    public boolean holds(double predicted, Measured measured) {
      return Double.isFinite(measured.value())
          && low <= measured.value()
          && measured.value() <= high;
    }

    @Override
    public String text() {
      if (low == Double.NEGATIVE_INFINITY) {
        return "at most " + Numbers.plain(high);
      }
      if (high == Double.POSITIVE_INFINITY) {
        return "at least " + Numbers.plain(low);
      }
      return "%s to %s".formatted(Numbers.plain(low), Numbers.plain(high));
    }
  }

  record None() implements Requirement {
    @Override
    public boolean holds(double predicted, Measured measured) {
      return true;
    }

    @Override
    public String text() {
      return "-";
    }
  }
}
