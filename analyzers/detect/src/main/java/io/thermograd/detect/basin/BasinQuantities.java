package io.thermograd.detect.basin;

import io.thermograd.detect.basin.BasinChain.Estimate;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What is published of a run's basins. */
final class BasinQuantities {
  private static final String COUNTED = "core_to_core";
  private static final String CHAIN = "basin_chain";
  private static final double Z = 1.96;

  /** Of the time, at one temperature, for rates to be those of that temperature. */
  private static final double NEARLY_ALL = 0.9;

  private static final List<QuantityName> OF_CHAIN =
      List.of(
          QuantityName.SPECTRAL_GAP_BASINS,
          QuantityName.BASIN_ENERGIES,
          QuantityName.BEST_BASIN_STEPS);
  private static final List<QuantityName> OF_STAYS =
      List.of(
          QuantityName.BASIN_OCCUPATION, QuantityName.BASIN_DWELL_STEPS, QuantityName.EXPLORATION);

  private final QuantityList out;

  BasinQuantities(QuantityList out) {
    this.out = out;
  }

  /** Says why there is nothing. */
  void absent(String reason) {
    out.absent(QuantityName.BASIN_COUNT, reason);
    out.absent(QuantityName.BASIN_TRANSITIONS, reason);
    out.absent(QuantityName.IMPLIED_TIMESCALES, reason);
    out.absent(QuantityName.SPECTRAL_GAP_AUTOCORRELATION, reason);
    out.absent(QuantityName.SPECTRAL_GAP_RELAXATION, reason);
    withoutStays(reason);
  }

  private void withoutStays(String reason) {
    OF_STAYS.forEach(name -> out.absent(name, reason));
    withoutChain(reason);
  }

  private void withoutChain(String reason) {
    OF_CHAIN.forEach(name -> out.absent(name, reason));
    new OccupationQuantities(out).absent(reason);
  }

  /** Relaxation by autocorrelation and by the loss. */
  void relaxation(Timescales times, LossTail tail) {
    if (times.steps().length == 0) {
      String reason =
          "needs 128 points of the trail at one learning rate, spanning ten times the slowest relaxation";
      out.absent(QuantityName.IMPLIED_TIMESCALES, reason);
      out.absent(QuantityName.SPECTRAL_GAP_AUTOCORRELATION, reason);
    } else {
      List<Quantity> all = new ArrayList<>();
      for (int m = 0; m < times.steps().length; m++) {
        double width = StrictMath.exp(Z * times.errors()[m]);
        double t = times.steps()[m];
        all.add(Quantity.of(t, t / width, Math.min(t * width, 1e300), "lagged_covariance"));
      }
      out.put(QuantityName.IMPLIED_TIMESCALES, all);
      double width = StrictMath.exp(Z * times.errors()[0]);
      double gap = 1 / (times.steps()[0] * times.rate());
      out.put(
          QuantityName.SPECTRAL_GAP_AUTOCORRELATION,
          gap,
          gap / width,
          gap * width,
          "lagged_covariance");
    }
    if (Double.isNaN(tail.rate())) {
      out.absent(
          QuantityName.SPECTRAL_GAP_RELAXATION,
          "the loss shows no exponential tail since the learning rate last changed");
    } else {
      out.put(
          QuantityName.SPECTRAL_GAP_RELAXATION,
          tail.rate() / 2,
          tail.low() / 2,
          tail.high() / 2,
          "loss_tail");
    }
  }

  /** Of a run that is only known in one place. */
  void single() {
    out.putExact(QuantityName.BASIN_COUNT, 1, COUNTED);
    String reason = "the run has not been seen to leave a basin and come back";
    out.absent(QuantityName.BASIN_TRANSITIONS, reason);
    withoutStays(reason);
  }

  /**
   * Of basins that are claimed.
   *
   * @param coordinates of the parameters' sketch
   */
  void basins(
      BasinStanding standing,
      Validity validity,
      Chart chart,
      List<BasinChange> changes,
      long now,
      int coordinates) {
    out.putExact(QuantityName.BASIN_COUNT, standing.count(), COUNTED);
    out.putExact(QuantityName.BASIN_TRANSITIONS, standing.transitionCount(), COUNTED);
    if (!validity.passed()) {
      withoutStays(
          "the passages are not those of a Markov chain (Chapman and Kolmogorov): off by "
              + "%.1f standard errors".formatted(validity.worst()));
      return;
    }
    BasinChain chain = new BasinChain(standing.transitions(), standing.time());
    double total = Arrays.stream(standing.time()).sum();
    String unspent =
        total > 0 && allSpent(standing.time()) ? null : "the run sends no learning rate";
    if (unspent != null) {
      withoutStays(unspent);
      return;
    }
    List<Estimate> law = chain.occupation();
    each(
        QuantityName.BASIN_OCCUPATION,
        standing.count(),
        i -> {
          Estimate e = law.get(i);
          double share = standing.time()[i] / total;
          return Quantity.of(share, Math.min(e.low(), share), Math.max(e.high(), share), CHAIN);
        });
    each(QuantityName.BASIN_DWELL_STEPS, standing.count(), i -> dwell(standing, i));
    long recent = changes.stream().filter(c -> c.entered() > now / 2).count();
    out.put(QuantityName.EXPLORATION, recent, gamma(recent, -Z), gamma(recent, Z), COUNTED);
    chain(standing, chart, chain, coordinates);
  }

  private static boolean allSpent(double[] time) {
    return Arrays.stream(time).allMatch(t -> t > 0);
  }

  private void chain(BasinStanding standing, Chart chart, BasinChain chain, int coordinates) {
    double most = 0;
    double sum = 0;
    double rate = Double.NaN;
    for (BasinStanding.Exposure e : standing.exposures()) {
      double time = Arrays.stream(e.time()).sum();
      sum += time;
      if (time > most) {
        most = time;
        rate = e.learningRate();
      }
    }
    if (most < NEARLY_ALL * sum) {
      withoutChain("the temperature has changed, and the rates between basins with it");
      return;
    }
    new OccupationQuantities(out).of(chain, chart, coordinates);
    Estimate gap = chain.gap();
    put(QuantityName.SPECTRAL_GAP_BASINS, gap, 1);
    List<Estimate> energies = chain.energies(rate);
    if (energies.stream().allMatch(e -> Double.isFinite(e.low()) && Double.isFinite(e.high()))) {
      each(
          QuantityName.BASIN_ENERGIES,
          standing.count(),
          i -> {
            Estimate e = energies.get(i);
            return Quantity.of(e.value(), e.low(), e.high(), CHAIN);
          });
    } else {
      out.absent(
          QuantityName.BASIN_ENERGIES, "too few passages: a way between basins may have no rate");
    }
    int best = 1;
    for (int b = 2; b <= chart.basins(); b++) {
      best = chart.floor(b) < chart.floor(best) ? b : best;
    }
    if (best == standing.current()) {
      out.putExact(QuantityName.BEST_BASIN_STEPS, 0, CHAIN);
    } else {
      put(
          QuantityName.BEST_BASIN_STEPS,
          chain.hittingTime(standing.current() - 1, best - 1),
          1 / rate);
    }
  }

  private void put(QuantityName name, Estimate e, double unit) {
    out.put(name, unit * e.value(), unit * e.low(), unit * e.high(), CHAIN);
  }

  private void each(QuantityName name, int count, IntFunction<@Nullable Quantity> element) {
    List<Quantity> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Quantity q = element.apply(i);
      if (q != null) {
        all.add(q);
      }
    }
    out.put(name, all);
  }

  private static Quantity dwell(BasinStanding standing, int i) {
    long escapes = standing.escapes(i + 1);
    double steps = standing.steps()[i];
    return escapes == 0
        ? Quantity.atLeast(steps / 3, COUNTED)
        : Quantity.of(
            steps / escapes, steps / gamma(escapes, Z), steps / gamma(escapes, -Z), COUNTED);
  }

  /** Quantile of Gamma(n + ½) by Wilson and Hilferty; relative error below 2 % at 95 %. */
  private static double gamma(long n, double z) {
    double a = n + 0.5;
    double root = 1 - 1 / (9 * a) + z / (3 * Math.sqrt(a));
    return Math.max(0, a * root * root * root);
  }
}
