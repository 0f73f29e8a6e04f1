package io.thermograd.detect.basin;

import io.thermograd.detect.basin.OccupationLaw.Comparison;
import io.thermograd.detect.basin.OccupationLaw.Fit;
import io.thermograd.detect.words.Figures;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.Arrays;
import org.hipparchus.distribution.continuous.ChiSquaredDistribution;
import org.jspecify.annotations.Nullable;

/** What is published of the {@link OccupationLaw} of a run's basins. */
final class OccupationQuantities {
  private static final String METHOD = "likelihood";
  private static final String EQUAL = "all basins are equally deep";
  private static final double Z = 1.96;

  /** Probability that a true law is said not to fit. */
  private static final double REJECTS = 0.001;

  private final QuantityList out;

  OccupationQuantities(QuantityList out) {
    this.out = out;
  }

  /** Says why there is nothing. */
  void absent(String reason) {
    out.absent(QuantityName.OCCUPATION_LAW, reason);
    out.absent(QuantityName.OCCUPATION_TEMPERATURE, reason);
    out.absent(QuantityName.OCCUPATION_EXPONENT, reason);
  }

  /**
   * Of basins that are claimed, at one temperature.
   *
   * @param coordinates of the parameters' sketch
   */
  void of(BasinChain chain, Chart chart, int coordinates) {
    int k = chart.basins();
    Shape[] shapes = new Shape[k];
    if (coordinates > Trail.WIDTH) {
      absent(
          "needs the curvature of every basin, which is known for at most %d coordinates of the"
                  .formatted(Trail.WIDTH)
              + " parameters: these have %d".formatted(coordinates));
      return;
    }
    for (int b = 0; b < k; b++) {
      shapes[b] = chart.shape(b + 1);
      if (!shapes[b].known()) {
        absent(
            "too few points with a loss in the core of basin %d for its curvature"
                .formatted(b + 1));
        return;
      }
    }
    double[][] law = chain.logOccupation();
    double[][] covariance = Arrays.copyOfRange(law, 1, law.length);
    Fit gibbs = OccupationLaw.gibbs(law[0], covariance, shapes);
    if (gibbs == null) {
      absent(EQUAL);
      return;
    }
    String barred = notPositive(shapes);
    Comparison both = barred == null ? OccupationLaw.compare(law[0], covariance, shapes) : null;
    double ratio = both == null || k == 2 ? 0 : both.ratio();
    double width = both == null || k == 2 ? Double.POSITIVE_INFINITY : Z * both.deviation();
    if (both == null) {
      out.absent(QuantityName.OCCUPATION_LAW, barred == null ? EQUAL : barred);
    } else if (k == 2) {
      out.absent(QuantityName.OCCUPATION_LAW, "two basins agree with either law");
    } else if (misfits(both.misfit(), k)) {
      out.absent(
          QuantityName.OCCUPATION_LAW,
          "neither law fits: χ² of %.1f with %d degrees of freedom"
              .formatted(both.misfit(), k - 2));
    } else {
      out.put(QuantityName.OCCUPATION_LAW, ratio, ratio - width, ratio + width, METHOD);
    }
    temperature(gibbs, ratio + width < 0, k);
    exponent(both, barred, ratio - width > 0, k, coordinates);
  }

  private static boolean misfits(double misfit, int basins) {
    return basins > 2
        && new ChiSquaredDistribution(basins - 2.0).cumulativeProbability(misfit) > 1 - REJECTS;
  }

  /** Why a power law of the loss means nothing. */
  private static @Nullable String notPositive(Shape[] shapes) {
    for (int b = 0; b < shapes.length; b++) {
      if (!(shapes[b].floor() > Z * shapes[b].floorError())) {
        return "a power law needs a loss above 0 in every basin: that of basin %d is %s ± %s"
            .formatted(
                b + 1, Figures.of(shapes[b].floor()), Figures.rough(Z * shapes[b].floorError()));
      }
    }
    return null;
  }

  private void temperature(Fit fit, boolean refuted, int basins) {
    double low = fit.slope() - Z * fit.error();
    double high = fit.slope() + Z * fit.error();
    if (refuted) {
      out.absent(QuantityName.OCCUPATION_TEMPERATURE, "the occupation is a power law of the loss");
    } else if (misfits(fit.misfit(), basins)) {
      out.absent(QuantityName.OCCUPATION_TEMPERATURE, "the occupation is not that of Gibbs' law");
    } else if (high <= 0) {
      out.absent(
          QuantityName.OCCUPATION_TEMPERATURE, "the run is less in its deeper basins, not more");
    } else if (low <= 0) {
      out.put(QuantityName.OCCUPATION_TEMPERATURE, Quantity.atLeast(1 / high, METHOD));
    } else {
      out.put(QuantityName.OCCUPATION_TEMPERATURE, 1 / fit.slope(), 1 / high, 1 / low, METHOD);
    }
  }

  private void exponent(
      @Nullable Comparison both, @Nullable String barred, boolean refuted, int basins, int d) {
    if (barred != null || both == null) {
      out.absent(QuantityName.OCCUPATION_EXPONENT, barred == null ? EQUAL : barred);
    } else if (refuted) {
      out.absent(QuantityName.OCCUPATION_EXPONENT, "the occupation is that of Gibbs' law");
    } else if (misfits(both.power().misfit(), basins)) {
      out.absent(
          QuantityName.OCCUPATION_EXPONENT,
          "the occupation is not that of a power law of the loss");
    } else {
      Fit fit = both.power();
      double alpha = fit.slope() + 0.5 * d;
      out.put(
          QuantityName.OCCUPATION_EXPONENT,
          alpha,
          alpha - Z * fit.error(),
          alpha + Z * fit.error(),
          METHOD);
    }
  }
}
