package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.FirstPassage;
import io.thermograd.simulator.dynamics.FirstPassage.Passages;
import io.thermograd.simulator.dynamics.UnderdampedLangevin;
import io.thermograd.simulator.landscape.DoubleWell;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Kramers' turnover: the rate of crossing over friction. */
final class FrictionScan {
  private static final Landscape WELLS = DoubleWell.line();
  private static final double TEMPERATURE = 0.15;
  private static final double[] FRICTIONS = {0.02, 0.05, 0.15, 0.5, 1.5, 5, 20};
  private static final int REPLICAS = 256;

  private final Setting setting;

  FrictionScan(Setting setting) {
    this.setting = setting;
  }

  void report(List<Row> rows, List<Plot> plots) {
    int events = setting.size(1_000, 8_000);
    int parts = setting.size(1, 8);
    List<Passages> found =
        setting
            .workers()
            .map(FRICTIONS.length * parts, k -> passages(FRICTIONS[k / parts], k, events / parts));
    Measured[] rates = new Measured[FRICTIONS.length];
    for (int i = 0; i < rates.length; i++) {
      List<Passages> mine = found.subList(i * parts, (i + 1) * parts);
      double time = mine.stream().mapToDouble(Passages::exposure).sum() * timeStep(FRICTIONS[i]);
      long count = mine.stream().mapToLong(p -> p.times().length).sum();
      rates[i] = Intervals.exponentialMean(count, time).map(tau -> 1 / tau);
    }
    for (int i = 0; i < rates.length; i++) {
      double predicted = BarrierCrossing.rate(FRICTIONS[i], TEMPERATURE);
      rows.add(
          new Row(
              "crossing rate at friction %s, T = %s".formatted(FRICTIONS[i], TEMPERATURE),
              predicted,
              rates[i],
              // The theory is the limit T ≪ ΔU; here T/ΔU = 0.15.
              Requirement.within(0.25)));
    }
    int best = argmax(Arrays.stream(rates).mapToDouble(Measured::value).toArray());
    int expected =
        argmax(Arrays.stream(FRICTIONS).map(g -> BarrierCrossing.rate(g, TEMPERATURE)).toArray());
    rows.add(
        new Row(
            "friction of the fastest crossing, of those tried",
            FRICTIONS[expected],
            Measured.exact(FRICTIONS[best]),
            Requirement.within(0)));
    int last = FRICTIONS.length - 1;
    rows.add(
        new Row(
            "γ times the rate at friction %s against the overdamped rate"
                .formatted(FRICTIONS[last]),
            1 / WellPair.exact(TEMPERATURE, WellPair.CORE),
            rates[last].times(FRICTIONS[last]),
            Requirement.within(0.1 + (setting.quick() ? 0.08 : 0))));
    plots.add(plot(rates));
  }

  private Passages passages(double friction, int purpose, int events) {
    UnderdampedLangevin ensemble =
        UnderdampedLangevin.at(
            WELLS,
            TEMPERATURE,
            friction,
            timeStep(friction),
            WellPair.left(WELLS),
            REPLICAS,
            SplitMix64.stream(setting.seed(), 300 + purpose).nextLong());
    double[] x = ensemble.positions();
    double[] v = ensemble.velocities();
    double half = WellPair.barrier() / 2;
    return FirstPassage.repeated(
        ensemble,
        (positions, replicas, r) -> positions[r] > 0 && energy(positions[r], v[r]) < half,
        r -> { // the wells are mirror images: go on from there as if on the left
          x[r] = -x[r];
          v[r] = -v[r];
        },
        8,
        events,
        1_000_000_000L);
  }

  private static double energy(double x, double v) {
    double u = x * x - 1;
    return u * u + 0.5 * v * v;
  }

  /** Short against both the swing in the well (2.2) and the friction. */
  private static double timeStep(double friction) {
    return Math.min(0.05, 0.3 / friction);
  }

  private static int argmax(double[] values) {
    return IntStream.range(0, values.length)
        .reduce((a, b) -> values[b] > values[a] ? b : a)
        .orElseThrow();
  }

  private static Plot plot(Measured[] rates) {
    double[] fine =
        IntStream.rangeClosed(0, 60)
            .mapToDouble(i -> 0.02 * StrictMath.pow(10, i / 20.0))
            .toArray();
    return new Plot(
        "Kramers' turnover, T = " + TEMPERATURE,
        new Plot.Axis("friction γ", true),
        new Plot.Axis("crossings per unit of time", true),
        List.of(
            Plot.Series.line(
                "Mel'nikov–Meshkov",
                fine,
                Arrays.stream(fine).map(g -> BarrierCrossing.rate(g, TEMPERATURE)).toArray()),
            Plot.Series.line(
                "recrossing alone (Kramers)",
                fine,
                Arrays.stream(fine)
                    .map(
                        g ->
                            BarrierCrossing.transitionState(TEMPERATURE)
                                * BarrierCrossing.recrossing(g))
                    .toArray()),
            Plot.Series.points("measured", FRICTIONS, List.of(rates))));
  }
}
