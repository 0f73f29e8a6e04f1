package io.thermograd.theory;

import java.util.function.DoubleUnaryOperator;

/**
 * Exact mean first-passage times of dx = −U′dt + √(2T) dW in one dimension, in SGD time: what the
 * asymptotic escape times are measured against.
 *
 * <p>Pure functions; bad input is an {@link IllegalArgumentException} that names the argument and
 * the value.
 *
 * <p>Source: C. Gardiner, Stochastic Methods, 4th ed., section 5.5.
 */
public final class FirstPassage {
  /** On either side of the start. */
  private static final int PANELS = 256;

  private FirstPassage() {}

  /**
   * Mean time from {@code start} to {@code absorbing} with a reflecting end on the other side: for
   * reflecting r ≤ start x < absorbing b, (1/T)·∫_x^b dy e^{U(y)/T} ∫_r^y dz e^{−U(z)/T}; mirrored
   * if b < x ≤ r.
   *
   * <p>Composite Gauss–Legendre, 512 panels of 12 points: relative error about 10⁻¹² for a smooth U
   * whose well is wider than 1/200 of the range. Overflows to infinity. About 80,000 evaluations.
   *
   * @param reflecting an end so high up that the process hardly gets there, or a real wall
   */
  public static double meanTime(
      DoubleUnaryOperator potential,
      double temperature,
      double reflecting,
      double start,
      double absorbing) {
    Checks.positive("temperature", temperature);
    Checks.finite("reflecting end", reflecting);
    Checks.finite("start", start);
    Checks.finite("absorbing end", absorbing);
    if (absorbing < reflecting) {
      return meanTime(
          x -> potential.applyAsDouble(-x), temperature, -reflecting, -start, -absorbing);
    }
    if (!(reflecting <= start && start < absorbing)) {
      throw new IllegalArgumentException(
          "start should be between the ends %s and %s: was %s"
              .formatted(reflecting, absorbing, start));
    }
    double lowest = Double.POSITIVE_INFINITY;
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i <= 2 * PANELS; i++) {
      double u = value(potential, edge(i, reflecting, start, absorbing));
      lowest = Math.min(lowest, u);
      highest = i >= PANELS ? Math.max(highest, u) : highest;
    }
    double floor = lowest;
    double top = highest;
    // Both integrands near 1 at their peaks; the scale comes back at the end.
    DoubleUnaryOperator inner = z -> StrictMath.exp((floor - value(potential, z)) / temperature);
    double below = 0;
    double time = 0;
    for (int i = 0; i < 2 * PANELS; i++) {
      double a = edge(i, reflecting, start, absorbing);
      double b = edge(i + 1, reflecting, start, absorbing);
      if (i >= PANELS) {
        double sofar = below;
        time +=
            GaussLegendre.integrate(
                y ->
                    StrictMath.exp((value(potential, y) - top) / temperature)
                        * (sofar + GaussLegendre.integrate(inner, a, y)),
                a,
                b);
      }
      below += GaussLegendre.integrate(inner, a, b);
    }
    return time * StrictMath.exp((top - floor) / temperature) / temperature;
  }

  private static double edge(int i, double reflecting, double start, double absorbing) {
    return i <= PANELS
        ? reflecting + (start - reflecting) * i / PANELS
        : start + (absorbing - start) * (i - PANELS) / PANELS;
  }

  private static double value(DoubleUnaryOperator potential, double x) {
    return Checks.finite("potential", potential.applyAsDouble(x));
  }
}
