package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.Autocorrelation;
import io.thermograd.simulator.dynamics.Ensemble;
import io.thermograd.simulator.dynamics.FirstPassage;
import io.thermograd.simulator.dynamics.FirstPassage.Passages;
import io.thermograd.simulator.dynamics.MetropolisLangevin;
import io.thermograd.simulator.dynamics.ReplicaExchange;
import io.thermograd.simulator.dynamics.ReplicaExchange.Rung;
import io.thermograd.simulator.landscape.DoubleWell;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;
import java.util.List;

/** Effective samples of x per gradient: one chain against replica exchange. */
final class ExchangeGain {
  private static final Landscape WELLS = DoubleWell.plane();
  private static final double TEMPERATURE = 0.15;
  private static final double STEP = 0.05;
  private static final List<Rung> RUNGS =
      List.of(new Rung(TEMPERATURE, STEP), new Rung(0.35, 0.07), new Rung(0.8, 0.08));
  private static final int INTERVAL = 5;

  /** Steps between looks at a chain alone, which changes its well every 20,000. */
  private static final int LONE_INTERVAL = 100;

  private static final int CHAINS = 64;

  private final Setting setting;

  ExchangeGain(Setting setting) {
    this.setting = setting;
  }

  /**
   * One way of sampling.
   *
   * @param x by chain and look
   */
  @SuppressWarnings("ArrayRecordComponent") // data to average, never compared
  private record Sampled(double[][] x, double[] swapRates, double roundTrips) {}

  void report(List<Row> rows, List<Plot> plots) {
    int looks = setting.size(8_000, 64_000);
    List<Sampled> sampled = setting.workers().map(2, i -> i == 0 ? chains(looks) : ladders(looks));
    Sampled ladders = sampled.get(1);
    // x has mean 0 by symmetry: a chain that hardly crossed shows as correlated.
    Measured alone = time(sampled.get(0).x).times(LONE_INTERVAL);
    Measured together = time(ladders.x).times((double) INTERVAL * RUNGS.size());
    Measured crossing = crossingSteps();
    rows.add(
        new Row(
            "steps to cross, Metropolis-adjusted with h = %s, against the continuous process"
                .formatted(STEP),
            WellPair.exact(TEMPERATURE, WellPair.CORE) / STEP,
            crossing,
            Requirement.none()));
    rows.add(
        new Row(
            "gradients per independent sample, one chain at T = %s: its steps to cross"
                .formatted(TEMPERATURE),
            crossing.value(),
            alone,
            // Four standard errors of the autocorrelation time: 10 % in quick runs, 4 % in full.
            Requirement.within(setting.quick() ? 0.4 : 0.16)));
    rows.add(
        shown(
            "gradients per independent sample, replica exchange over %d temperatures"
                .formatted(RUNGS.size()),
            together));
    rows.add(
        new Row(
            "gain in effective samples per gradient",
            Double.NaN,
            new Measured(
                alone.value() / together.value(),
                alone.low() / together.high(),
                alone.high() / together.low()),
            Requirement.between(5, Double.POSITIVE_INFINITY)));
    rows.add(
        new Row(
            "share of time on the right, replica exchange",
            0.5,
            share(ladders.x),
            Requirement.within(0.05)));
    for (int k = 0; k + 1 < RUNGS.size(); k++) {
      rows.add(
          shown(
              "exchanges accepted between T = %s and %s"
                  .formatted(RUNGS.get(k).temperature(), RUNGS.get(k + 1).temperature()),
              Measured.exact(ladders.swapRates[k])));
    }
    rows.add(
        shown(
            "round trips per 1,000 steps and ladder",
            Measured.exact(1_000 * ladders.roundTrips / INTERVAL / looks / CHAINS)));
    plots.add(plot(sampled.get(0).x, ladders.x));
  }

  private static Row shown(String what, Measured measured) {
    return new Row(what, Double.NaN, measured, Requirement.none());
  }

  private Sampled chains(int looks) {
    MetropolisLangevin one =
        MetropolisLangevin.at(WELLS, TEMPERATURE, STEP, WellPair.left(WELLS), CHAINS, seed(600));
    return new Sampled(record(one, looks, LONE_INTERVAL), new double[0], 0);
  }

  private Sampled ladders(int looks) {
    ReplicaExchange many =
        ReplicaExchange.at(WELLS, RUNGS, INTERVAL, WellPair.left(WELLS), CHAINS, seed(601));
    double[][] x = record(many, looks, INTERVAL);
    double[] rates = new double[RUNGS.size() - 1];
    Arrays.setAll(rates, many::swapRate);
    return new Sampled(x, rates, many.roundTrips());
  }

  /** Between two equal wells the integrated autocorrelation time of x is the time to cross. */
  private Measured crossingSteps() {
    int parts = 8;
    List<Passages> passages =
        setting
            .workers()
            .map(
                parts,
                p -> {
                  double[] start = WellPair.left(WELLS);
                  MetropolisLangevin chains =
                      MetropolisLangevin.at(WELLS, TEMPERATURE, STEP, start, CHAINS, seed(610 + p));
                  return FirstPassage.repeated(
                      chains,
                      (x, replicas, r) -> x[r] >= WellPair.CORE,
                      FirstPassage.restartAt(chains, start),
                      2,
                      setting.size(2_000, 8_000) / parts,
                      1_000_000_000L);
                });
    long count = passages.stream().mapToLong(p -> p.times().length).sum();
    return Intervals.exponentialMean(
        count, passages.stream().mapToDouble(Passages::exposure).sum());
  }

  private long seed(int purpose) {
    return SplitMix64.stream(setting.seed(), purpose).nextLong();
  }

  /** x of every chain, every so many steps, from the steady state on. */
  private static double[][] record(Ensemble ensemble, int looks, int every) {
    ensemble.step(20L * every);
    double[][] series = new double[CHAINS][looks];
    for (int t = 0; t < looks; t++) {
      ensemble.step(every);
      for (int c = 0; c < CHAINS; c++) {
        series[c][t] = ensemble.positions()[c];
      }
    }
    return series;
  }

  /** One share a chain: chains are independent. */
  private static Measured share(double[][] series) {
    return Intervals.mean(
        Arrays.stream(series)
            .mapToDouble(
                chain -> Arrays.stream(chain).filter(x -> x > 0).count() * 1.0 / chain.length)
            .toArray());
  }

  /** In looks, of all chains together; the spread over eight groups gives the interval. */
  private static Measured time(double[][] series) {
    int groups = 8;
    int size = CHAINS / groups;
    double[] times = new double[groups];
    for (int g = 0; g < groups; g++) {
      times[g] = Autocorrelation.of(Arrays.copyOfRange(series, g * size, (g + 1) * size), 0).time();
    }
    Measured spread = Intervals.mean(times);
    double half = (spread.high() - spread.low()) / 2;
    double time = Autocorrelation.of(series, 0).time();
    return new Measured(time, time - half, time + half);
  }

  private static Plot plot(double[][] alone, double[][] together) {
    int points = 400;
    int gradients = LONE_INTERVAL * points;
    double[] x = new double[points];
    double[] one = new double[points];
    for (int i = 0; i < points; i++) {
      x[i] = (double) LONE_INTERVAL * i;
      one[i] = alone[0][i];
    }
    int perLook = INTERVAL * RUNGS.size();
    int stride = Math.max(1, gradients / perLook / points);
    double[] when = new double[points];
    double[] many = new double[points];
    for (int i = 0; i < points; i++) {
      when[i] = (double) perLook * stride * i;
      many[i] = together[0][stride * i];
    }
    return new Plot(
        "x of one chain and of one ladder's coldest walker",
        new Plot.Axis("gradients", false),
        new Plot.Axis("x", false),
        List.of(
            Plot.Series.line("one chain", x, one),
            Plot.Series.line("replica exchange", when, many)));
  }
}
