package io.thermograd.simulator.optimize;

/** Examples of a batch as a function of the step. Immutable. */
public sealed interface BatchSizeSchedule {

  /** Examples of the 0-based step, at least 1. */
  int at(long step);

  /** The most that any step takes. */
  int largest();

  /** The same size throughout. */
  static BatchSizeSchedule constant(int examples) {
    return new Constant(examples);
  }

  /** {@code before} examples, from {@code step} on {@code after}. */
  static BatchSizeSchedule change(int before, int after, long step) {
    return new Change(before, after, step);
  }

  /**
   * Geometric growth: multiplied by {@code factor} after every {@code every} steps, rounded to the
   * nearest, up to {@code most}. With η constant it cools the run like a learning rate divided by
   * the factor. Source: arXiv:1711.00489.
   */
  static BatchSizeSchedule growth(int first, double factor, long every, int most) {
    return new Growth(first, factor, every, most);
  }

  record Constant(int examples) implements BatchSizeSchedule {
    public Constant {
      Checks.atLeast("batch size", 1, examples);
    }

    @Override
    public int at(long step) {
      return examples;
    }

    @Override
    public int largest() {
      return examples;
    }
  }

  record Change(int before, int after, long from) implements BatchSizeSchedule {
    public Change {
      Checks.atLeast("batch size", 1, before);
      Checks.atLeast("batch size", 1, after);
      Checks.atLeast("step of the change", 0, from);
    }

    @Override
    public int at(long step) {
      return step < from ? before : after;
    }

    @Override
    public int largest() {
      return Math.max(before, after);
    }
  }

  record Growth(int first, double factor, long every, int most) implements BatchSizeSchedule {
    public Growth {
      Checks.atLeast("batch size", 1, first);
      if (!(factor >= 1 && Double.isFinite(factor))) {
        throw new IllegalArgumentException(
            "batch size factor should be at least 1 and finite: was " + factor);
      }
      Checks.atLeast("steps between changes", 1, every);
      Checks.atLeast("largest batch size", first, most);
    }

    @Override
    public int at(long step) {
      double grown = first * StrictMath.pow(factor, Math.floorDiv(step, every));
      return (int) Math.min(most, Math.rint(grown));
    }

    @Override
    public int largest() {
      return most;
    }
  }
}
