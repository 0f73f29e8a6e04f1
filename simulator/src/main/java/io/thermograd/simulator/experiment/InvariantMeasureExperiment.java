package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.Ensemble;
import io.thermograd.simulator.dynamics.SgdEnsemble;
import io.thermograd.simulator.landscape.BasinGrid;
import io.thermograd.simulator.landscape.BasinMap;
import io.thermograd.simulator.landscape.CriticalPoint;
import io.thermograd.simulator.landscape.Landscapes;
import io.thermograd.simulator.landscape.Terrain;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Where SGD spends its time on Himmelblau's function, whose four minima have the same value and
 * unequal curvature, against the law of the stochastic differential equation: Gibbs' for constant
 * noise, a power law for noise that grows with the loss.
 *
 * <p>η falls at constant ησ², so that the law that the iterates approach stays the same, and their
 * distance to it is the step's alone. A total variation distance is the excess of probability on
 * the set where there is too much. On a set that was chosen without these samples its estimate is
 * unbiased, which the sum of absolute deviations over cells is not: for constant noise theory names
 * the set ({@link IterateLaw}), otherwise samples of their own at the largest η do.
 */
public final class InvariantMeasureExperiment implements Experiment {
  private static final long PURPOSE = 0x494E5641L;

  /** Each half the one before. */
  private static final double[] ETA = {0.004, 0.002, 0.001};

  private static final int LAST = ETA.length - 1;
  private static final double TEMPERATURE = 25;
  private static final double LIFT = 30;
  private static final double DIFFUSION_PER_LOSS = 0.35;

  private static final int PARTS = 16;
  private static final int REPLICAS = 32;

  /** SGD time between samples: about the relaxation time within a basin. */
  private static final double APART = 0.04;

  /** In units of the slowest relaxation time; e⁻⁸ of the uneven start is left. */
  private static final double BURN_IN = 8;

  @Override
  public String name() {
    return "invariant-measure";
  }

  @Override
  public String title() {
    return "Invariant measure";
  }

  @Override
  public String question() {
    return "How SGD divides its time between the four basins of Himmelblau's function: Gibbs' law"
        + " under constant noise, a power law of the loss under noise in proportion to it, both by"
        + " quadrature. The distance to them is the finite step's and falls with η.";
  }

  @Override
  public Findings run(Setting setting) {
    Terrain terrain = Landscapes.named("himmelblau");
    BasinMap map = BasinMap.of(terrain);
    double factor = 2 * HimmelblauLaw.HALF / terrain.box().width(0);
    BasinGrid basins = BasinGrid.of(map, terrain.box().grown(factor), HimmelblauLaw.CELLS);
    double[] label = HimmelblauLaw.cells(basins::label);
    List<Row> rows = new ArrayList<>();
    List<Plot.Series> distances = new ArrayList<>();
    List<Plot.Series> occupations = new ArrayList<>();

    HimmelblauLaw gibbs = HimmelblauLaw.gibbs(TEMPERATURE);
    List<Census> censuses = censuses(setting, 0, gibbs, map);
    rows.addAll(occupation(setting, gibbs, censuses, map, label, occupations));
    rows.addAll(distancesToGibbs(setting, gibbs, censuses, distances));

    HimmelblauLaw power = HimmelblauLaw.powerLaw(LIFT, DIFFUSION_PER_LOSS);
    censuses = censuses(setting, ETA.length, power, map);
    rows.addAll(occupation(setting, power, censuses, map, label, occupations));
    rows.addAll(distancesToPowerLaw(power, censuses, distances));
    return new Findings(
        rows,
        List.of(
            new Plot(
                "Distance of SGD's iterates to the law of the stochastic differential equation",
                new Plot.Axis("η", true),
                new Plot.Axis("total variation", true),
                distances),
            new Plot(
                "Occupation of the basins at η = " + Numbers.plain(ETA[LAST]),
                new Plot.Axis("x of the basin's minimum", false),
                new Plot.Axis("probability", false),
                occupations)),
        List.of(
            "ησ² is kept, so that T and the power law's exponent stay while η falls; at constant σ²"
                + " both would change with η, and the wells would freeze.",
            "Under noise in proportion to the loss the exponent is 1 + 2B/(ησ²): the 1 is Itô's"
                + " factor 1/D."));
  }

  /** One for each η, all of the same length in SGD time. */
  private static List<Census> censuses(
      Setting setting, int first, HimmelblauLaw law, BasinMap map) {
    double time = setting.size(20, 120) / law.gap();
    List<Census> censuses = new ArrayList<>();
    for (int e = 0; e < ETA.length; e++) {
      double eta = ETA[e];
      long every = Math.round(APART / eta);
      Census.Plan plan =
          new Census.Plan(
              PARTS, Math.round(BURN_IN / law.gap() / eta), every, (int) (time / (every * eta)));
      censuses.add(
          Census.take(
              setting,
              PURPOSE + first + e,
              HimmelblauLaw.GRID,
              plan,
              seed -> start(law, eta, map, seed)));
    }
    return censuses;
  }

  /** As many replicas in every minimum, which is not how they will be found. */
  private static Ensemble start(HimmelblauLaw law, double eta, BasinMap map, long seed) {
    Ensemble ensemble =
        SgdEnsemble.at(
            HimmelblauLaw.F,
            law.noise().apply(eta),
            OptimizerSettings.sgd(),
            LearningRate.constant(eta),
            BatchSizeSchedule.constant(1),
            new double[2],
            REPLICAS,
            seed);
    double[] x = ensemble.positions();
    for (int r = 0; r < REPLICAS; r++) {
      double[] at = map.minima().get(r % map.minima().size()).at();
      x[r] = at[0];
      x[REPLICAS + r] = at[1];
    }
    return ensemble;
  }

  /** Basins at the smallest η, and the mean loss. */
  private static List<Row> occupation(
      Setting setting,
      HimmelblauLaw law,
      List<Census> censuses,
      BasinMap map,
      double[] label,
      List<Plot.Series> plot) {
    List<CriticalPoint> minima = map.minima();
    double[] x = minima.stream().mapToDouble(minimum -> minimum.at()[0]).toArray();
    double[] predicted = new double[x.length];
    List<Measured> measured = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    for (int m = 0; m < x.length; m++) {
      int basin = m;
      IntPredicate inside = c -> label[c] == basin;
      predicted[m] = law.probability(inside);
      measured.add(censuses.get(LAST).probability(inside));
      rows.add(
          new Row(
              "occupation of (%s, %s), %s"
                  .formatted(hundredths(x[m]), hundredths(minima.get(m).at()[1]), law.name()),
              predicted[m],
              measured.get(m),
              Requirement.within(setting.quick() ? 0.15 : 0.05)));
    }
    plot.add(Plot.Series.line(law.name() + ", predicted", x, predicted));
    plot.add(Plot.Series.points(law.name(), x, measured));

    double[] loss = HimmelblauLaw.cells(HimmelblauLaw::value);
    Measured mean =
        extrapolated(
            censuses.get(LAST).expectation(loss), censuses.get(LAST - 1).expectation(loss));
    rows.add(
        new Row(
            "mean loss as η → 0, " + law.name(),
            law.mean(loss),
            mean,
            Requirement.within(setting.quick() ? 0.05 : 0.02)));
    rows.add(
        new Row(
            "the same, %s (wrong)".formatted(law.rivalName()),
            law.rivalMean(loss),
            mean,
            Requirement.none()));
    return rows;
  }

  /** From η and 2η to 0: what is linear in η cancels. */
  private static Measured extrapolated(Measured fine, Measured coarse) {
    double value = 2 * fine.value() - coarse.value();
    double half = Math.hypot(2 * halfWidth(fine), halfWidth(coarse));
    return new Measured(value, value - half, value + half);
  }

  private static List<Row> distancesToGibbs(
      Setting setting, HimmelblauLaw law, List<Census> censuses, List<Plot.Series> plot) {
    double[] phi =
        HimmelblauLaw.cells(
            (x, y) -> IterateLaw.correction(HimmelblauLaw.F, new double[] {x, y}, TEMPERATURE));
    double mean = law.mean(phi);
    IntPredicate excess = c -> phi[c] > mean;
    double perEta = law.mean(Arrays.stream(phi).map(v -> Math.max(0, v - mean)).toArray());
    List<Row> rows = new ArrayList<>();
    List<Measured> measured = new ArrayList<>();
    for (int e = 0; e < ETA.length; e++) {
      measured.add(distance(law, censuses.get(e), excess));
      rows.add(
          new Row(
              "total variation to Gibbs at η = %s, first order".formatted(Numbers.plain(ETA[e])),
              perEta * ETA[e],
              measured.get(e),
              Requirement.within(setting.quick() ? 0.4 : 0.25)));
    }
    rows.add(fall("Gibbs", measured));
    plot.add(
        Plot.Series.line(
            "first order in η", ETA, Arrays.stream(ETA).map(eta -> perEta * eta).toArray()));
    plot.add(Plot.Series.points(law.name(), ETA, measured));
    return rows;
  }

  private static List<Row> distancesToPowerLaw(
      HimmelblauLaw law, List<Census> censuses, List<Plot.Series> plot) {
    IntPredicate excess = law.excess(censuses.get(0).part(0, PARTS / 2));
    List<Row> rows = new ArrayList<>();
    List<Measured> measured = new ArrayList<>();
    for (int e = 0; e < ETA.length; e++) {
      // The first half of the largest η has chosen the set, and has no vote.
      Census census = e == 0 ? censuses.get(0).part(PARTS / 2, PARTS) : censuses.get(e);
      measured.add(distance(law, census, excess));
      rows.add(
          new Row(
              "total variation to the power law at η = " + Numbers.plain(ETA[e]),
              Double.NaN,
              measured.get(e),
              Requirement.none()));
    }
    rows.add(fall("the power law", measured));
    plot.add(Plot.Series.points(law.name(), ETA, measured));
    return rows;
  }

  private static Measured distance(HimmelblauLaw law, Census census, IntPredicate excess) {
    double expected = law.probability(excess);
    return census.probability(excess).map(p -> p - expected);
  }

  private static Row fall(String law, List<Measured> distances) {
    Measured last = distances.get(LAST);
    Measured first = distances.get(0);
    double ratio = last.value() / first.value();
    double error =
        ratio * Math.hypot(halfWidth(last) / last.value(), halfWidth(first) / first.value());
    return new Row(
        "distance to %s at η = %s over that at %s"
            .formatted(law, Numbers.plain(ETA[LAST]), Numbers.plain(ETA[0])),
        ETA[LAST] / ETA[0],
        new Measured(ratio, ratio - error, ratio + error),
        Requirement.between(Double.NEGATIVE_INFINITY, 0.6));
  }

  private static double halfWidth(Measured measured) {
    return 0.5 * (measured.high() - measured.low());
  }

  private static String hundredths(double x) {
    return Numbers.plain(StrictMath.rint(100 * x) / 100);
  }
}
