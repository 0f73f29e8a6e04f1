package io.thermograd.simulator.experiment;

/** What a measurement has to satisfy. A value that is not finite satisfies nothing but None. */
public sealed interface Requirement {

  boolean holds(double predicted, Measured measured);

  /** In a few words, for the table, for example "within 3 %". */
  String text();

  /** |measured/predicted − 1| ≤ tolerance. */
  static Requirement within(double tolerance) {
    return new Within(tolerance);
  }

  /** The measurement's interval contains the prediction. */
  static Requirement covers() {
    return new Covers();
  }

  /** low ≤ measured ≤ high, whatever is predicted. */
  static Requirement between(double low, double high) {
    return new Between(low, high);
  }

  /** Nothing. */
  static Requirement none() {
    return new None();
  }

  record Within(double tolerance) implements Requirement {
    @Override
    public boolean holds(double predicted, Measured measured) {
      return Math.abs(measured.value() - predicted) <= tolerance * Math.abs(predicted);
    }

    @Override
    public String text() {
      return "within %s %%".formatted(Numbers.plain(100 * tolerance));
    }
  }

  record Covers() implements Requirement {
    @Override
    public boolean holds(double predicted, Measured measured) {
      return measured.low() <= predicted && predicted <= measured.high();
    }

    @Override
    public String text() {
      return "interval covers";
    }
  }

  record Between(double low, double high) implements Requirement {
    @Override
    public boolean holds(double predicted, Measured measured) {
      return low <= measured.value() && measured.value() <= high;
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
