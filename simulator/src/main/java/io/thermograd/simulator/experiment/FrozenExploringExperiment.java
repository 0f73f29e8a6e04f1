package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.Ensemble;
import io.thermograd.simulator.dynamics.SgdEnsemble;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.theory.JumpProcess;
import io.thermograd.theory.RelaxationModes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** A learning rate below which a run never leaves its first well within its budget of steps. */
final class FrozenExploringExperiment implements Experiment {
  private static final int BATCH = 8;
  private static final double VARIANCE = 2400; // of one example's gradient: T = 150 η
  private static final int BUDGET = 30_000; // steps
  private static final int EVERY = 2; // steps between looks
  private static final int PARTS = 16;
  private static final int SWEEP = 12;
  private static final double LOWEST = 3e-4;
  private static final double HIGHEST = 3e-3;
  private static final double MOVING = 1.4e-3; // above, hops are many enough to measure rates

  private static final Plot.Axis ETA = new Plot.Axis("learning rate η", true);

  private final MetastableLine line = new MetastableLine();

  /** One learning rate: what the theory says, and what was measured; one value for each part. */
  private record Point(
      double eta,
      double escapeTime,
      double gap,
      double predictedHopRate,
      int replicas,
      int settledReplicas,
      int left,
      double exposure,
      double[] lossVariances,
      long hops,
      double[] hopRates,
      double[] correlations,
      double lag) {

    double temperature() {
      return temperatureOf(eta);
    }

    /** η × steps, as all times here. */
    double budget() {
      return eta * BUDGET;
    }

    double predictedShare() {
      return 1 - StrictMath.exp(-budget() / escapeTime);
    }

    double expectedHops() {
      return predictedHopRate * budget() * settledReplicas;
    }

    Measured lossVariance() {
      return Intervals.mean(lossVariances);
    }

    Measured hopRate() {
      return Intervals.mean(hopRates);
    }

    /** λ from the correlation e^(−λ·lag) of the slowest mode. */
    Measured decayRate() {
      return Intervals.mean(correlations).map(c -> -StrictMath.log(Math.max(1e-9, c)) / lag);
    }
  }

  @Override
  public String name() {
    return "frozen-exploring";
  }

  @Override
  public String title() {
    return "Frozen and exploring runs";
  }

  @Override
  public String question() {
    return "On a landscape of several wells a run of N steps stays frozen in its first well, or"
        + " explores. The change should come where the mean escape time, from the Fokker–Planck"
        + " operator at T = ησ²/(2B), equals the budget ηN. Are the share of runs that left, the hop"
        + " rate, the decay rate (the spectral gap) and Var L as predicted on both sides?";
  }

  @Override
  public Findings run(Setting setting) {
    List<Point> sweep = new ArrayList<>();
    for (int k = 0; k < SWEEP; k++) {
      double eta = LOWEST * StrictMath.pow(HIGHEST / LOWEST, k / (SWEEP - 1.0));
      sweep.add(measure(eta, k, setting));
    }
    List<Row> rows = new ArrayList<>();
    crossover(sweep, rows);
    shares(sweep, rows);
    // Quick runs know decay rates to 8 % and a cold Var L to 4 %: they ask for agreement within
    // that.
    boolean quick = setting.quick();
    rates(sweep, quick ? Requirement.covers(2) : Requirement.within(0.1), rows);
    variances(sweep, quick ? Requirement.covers(2) : Requirement.within(0.05), rows);
    return new Findings(
        rows,
        List.of(sharePlot(sweep), ratePlot(sweep), variancePlot(sweep)),
        List.of(
            "The wells are those of ½T₈(x/2.6) + 0.15x with Chebyshev's polynomial T₈; runs begin at"
                + " the bottom of the third. N = 30,000 steps, T = 150 η.",
            "A frozen run looks stationary: its Var L is that of equilibrium in one well. Nothing"
                + " that it shows tells how long it will stay; that takes the barrier."));
  }

  private Point measure(double eta, int number, Setting setting) {
    int replicas = setting.size(40, 240);
    boolean moving = eta > MOVING;
    int settledReplicas = moving ? 4 * replicas : replicas;
    double temperature = temperatureOf(eta);
    JumpProcess process = line.process(temperature);
    RelaxationModes modes = process.slowModes(1);
    double[] stationary = process.stationary();
    int lag = lag(modes.gap(), eta);
    List<Trajectories[]> parts =
        setting
            .workers()
            .map(
                PARTS,
                part -> {
                  long seed = setting.seed(name(), 1000L * number + part);
                  double[] mode = modes.functions()[0];
                  Trajectories fresh = new Trajectories(ensemble(eta, replicas, seed), line);
                  fresh.run(BUDGET, EVERY, mode, lag);
                  Ensemble settled = ensemble(eta, settledReplicas, seed + 1);
                  draw(stationary, settled.positions(), new SplitMix64(seed + 2));
                  Trajectories old = new Trajectories(settled, line);
                  old.run(BUDGET, EVERY, mode, lag);
                  return new Trajectories[] {fresh, old};
                });
    return new Point(
        eta,
        line.escapeTime(temperature),
        modes.gap(),
        line.hopRate(temperature),
        replicas * PARTS,
        settledReplicas * PARTS,
        parts.stream().mapToInt(p -> p[0].left()).sum(),
        parts.stream().mapToDouble(p -> eta * p[0].stepsBeforeLeaving()).sum(),
        parts.stream().mapToDouble(p -> p[0].lossVariance()).toArray(),
        parts.stream().mapToLong(p -> p[1].hops()).sum(),
        parts.stream().mapToDouble(p -> p[1].hops() / (eta * BUDGET * settledReplicas)).toArray(),
        // φ has mean square 1, so that its correlation is 1 − ½E(Δφ)².
        parts.stream().mapToDouble(p -> 1 - p[1].squaredChange() / 2).toArray(),
        lag * eta);
  }

  /** In steps: about the relaxation time, or the whole budget where that is longer. */
  private static int lag(double gap, double eta) {
    double steps = Math.min(BUDGET, 0.7 / (gap * eta));
    return (int) Math.max(1, Math.floor(steps / EVERY)) * EVERY;
  }

  private Ensemble ensemble(double eta, int replicas, long seed) {
    return SgdEnsemble.at(
        line.loss(),
        GaussianNoise.isotropic(1, VARIANCE),
        OptimizerSettings.sgd(),
        LearningRate.constant(eta),
        BatchSizeSchedule.constant(BATCH),
        new double[] {line.minima()[line.start()]},
        replicas,
        seed);
  }

  /** Positions from a law on the cells, uniform within each. */
  private void draw(double[] law, double[] positions, SplitMix64 random) {
    double[] below = law.clone();
    for (int i = 1; i < below.length; i++) {
      below[i] += below[i - 1];
    }
    for (int r = 0; r < positions.length; r++) {
      int found = Arrays.binarySearch(below, random.nextDouble());
      int cell = Math.min(below.length - 1, found < 0 ? -found - 1 : found + 1);
      positions[r] = line.axis().edge(cell) + random.nextDouble() * line.axis().spacing();
    }
  }

  private void crossover(List<Point> sweep, List<Row> rows) {
    // log(rate·budget) is close to a line in 1/η; where it is 0 the escape time equals the budget.
    List<Point> near =
        sweep.stream().filter(p -> p.left() >= 20 && p.left() <= 0.99 * p.replicas()).toList();
    double[] x = near.stream().mapToDouble(p -> 1 / p.eta()).toArray();
    double[] y =
        near.stream()
            .mapToDouble(p -> StrictMath.log(p.left() / p.exposure() * p.budget()))
            .toArray();
    double[] errors = near.stream().mapToDouble(p -> 1 / Math.sqrt(p.left())).toArray();
    Fits.Line fit = Fits.line(x, y, errors);
    double at = -fit.interceptValue() / fit.slopeValue();
    Measured height = fit.at(at);
    double arm = (height.high() - height.low()) / 2 / Math.abs(fit.slopeValue());
    Measured measured = new Measured(1 / at, 1 / (at + arm), 1 / (at - arm));
    rows.add(
        new Row(
            "η of the crossover, where the escape time is the budget",
            solve(line::escapeTime),
            measured,
            Requirement.within(0.03)));
    rows.add(
        new Row(
            "the same, Kramers' formula",
            solve(line::kramersTime),
            measured,
            Requirement.within(0.1)));
  }

  /** The η at which a time that falls with temperature equals ηN. */
  private static double solve(DoubleUnaryOperator time) {
    double low = LOWEST / 2;
    double high = 2 * HIGHEST;
    for (int i = 0; i < 50; i++) {
      double middle = Math.sqrt(low * high);
      if (time.applyAsDouble(temperatureOf(middle)) > middle * BUDGET) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static void shares(List<Point> sweep, List<Row> rows) {
    for (Point p : sweep) {
      rows.add(
          new Row(
              "share of runs that left, " + at(p),
              p.predictedShare(),
              Intervals.proportion(p.left(), p.replicas()),
              Requirement.covers(2)));
    }
  }

  private static void rates(List<Point> sweep, Requirement decay, List<Row> rows) {
    for (Point p : sweep) {
      if (p.eta() > MOVING) {
        rows.add(
            new Row(
                "hop rate in equilibrium, " + at(p),
                p.predictedHopRate(),
                p.hopRate(),
                Requirement.within(0.1)));
      }
    }
    for (Point p : sweep) {
      if (p.eta() > MOVING) {
        rows.add(new Row("decay rate, spectral gap, " + at(p), p.gap(), p.decayRate(), decay));
      }
    }
    Point coldest = sweep.get(0);
    rows.add(
        new Row(
            "hops of all runs in equilibrium, frozen, " + at(coldest),
            coldest.expectedHops(),
            Measured.exact(coldest.hops()),
            Requirement.atMost(2)));
  }

  private void variances(List<Point> sweep, Requirement frozen, List<Row> rows) {
    Point coldest = sweep.get(0);
    Point hottest = sweep.get(sweep.size() - 1);
    double t = coldest.temperature();
    rows.add(
        new Row(
            "Var L, frozen, equilibrium in one well, " + at(coldest),
            line.lossVariance(t, true),
            coldest.lossVariance(),
            frozen));
    rows.add(
        new Row(
            "the same if it explored",
            line.lossVariance(t, false),
            coldest.lossVariance(),
            none()));
    double hot = hottest.temperature();
    rows.add(
        new Row(
            "Var L, exploring, equilibrium on the whole line, " + at(hottest),
            line.lossVariance(hot, false),
            hottest.lossVariance(),
            Requirement.within(0.05)));
    rows.add(
        new Row(
            "the same in one well", line.lossVariance(hot, true), hottest.lossVariance(), none()));
  }

  private static Requirement none() {
    return Requirement.none();
  }

  private static String at(Point p) {
    return "η = %.2e".formatted(p.eta());
  }

  private Plot sharePlot(List<Point> sweep) {
    double[] x = grid();
    return new Plot(
        "Order parameter: share of runs that left their first well",
        ETA,
        new Plot.Axis("share of runs", false),
        List.of(
            line(
                "1 − exp(−ηN/τ), τ from the operator",
                x,
                eta -> left(eta, line.escapeTime(temperatureOf(eta)))),
            line(
                "the same, τ by Kramers",
                x,
                eta -> left(eta, line.kramersTime(temperatureOf(eta)))),
            points(sweep, "measured", p -> Intervals.proportion(p.left(), p.replicas()))));
  }

  private static double left(double eta, double time) {
    return 1 - StrictMath.exp(-eta * BUDGET / time);
  }

  private Plot ratePlot(List<Point> sweep) {
    List<Point> moving = sweep.stream().filter(p -> p.hops() >= 20).toList();
    double[] x = Arrays.stream(grid()).filter(eta -> eta >= moving.get(0).eta() / 1.3).toArray();
    return new Plot(
        "Rates per unit of SGD time",
        ETA,
        new Plot.Axis("rate", true),
        List.of(
            line("hop rate", x, eta -> line.hopRate(temperatureOf(eta))),
            points(moving, "hops measured", Point::hopRate),
            line("spectral gap", x, eta -> line.process(temperatureOf(eta)).slowModes(1).gap()),
            points(moving, "decay measured", Point::decayRate),
            line("1/budget", x, eta -> 1 / (eta * BUDGET))));
  }

  private Plot variancePlot(List<Point> sweep) {
    double[] x = grid();
    return new Plot(
        "Var L: frozen runs see one well",
        ETA,
        new Plot.Axis("Var L/T²", false),
        List.of(
            line("one well", x, eta -> reduced(line.lossVariance(temperatureOf(eta), true), eta)),
            line(
                "the whole line",
                x,
                eta -> reduced(line.lossVariance(temperatureOf(eta), false), eta)),
            points(
                sweep,
                "measured in the second half of the run",
                p -> p.lossVariance().times(reduced(1, p.eta())))));
  }

  private static double reduced(double variance, double eta) {
    double t = temperatureOf(eta);
    return variance / (t * t);
  }

  private static Plot.Series line(String name, double[] x, DoubleUnaryOperator f) {
    return Plot.Series.line(name, x, Arrays.stream(x).map(f).toArray());
  }

  private static Plot.Series points(
      List<Point> sweep, String name, Function<Point, Measured> measured) {
    return Plot.Series.points(
        name,
        sweep.stream().mapToDouble(Point::eta).toArray(),
        sweep.stream().map(measured).toList());
  }

  private static double[] grid() {
    double[] x = new double[40];
    for (int i = 0; i < x.length; i++) {
      x[i] = LOWEST * StrictMath.pow(HIGHEST / LOWEST, i / (x.length - 1.0));
    }
    return x;
  }

  private static double temperatureOf(double eta) {
    return eta * VARIANCE / (2 * BATCH);
  }
}
