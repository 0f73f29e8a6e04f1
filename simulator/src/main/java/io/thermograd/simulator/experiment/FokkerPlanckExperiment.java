package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.Ensemble;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.theory.Distances;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The law that the Fokker–Planck equation predicts at every time against the histogram of 10⁵
 * particles. A histogram of n draws lies away from its own law by sampling alone: the prediction is
 * that distance, not 0.
 */
public final class FokkerPlanckExperiment implements Experiment {
  private static final int PARTICLES = 100_000;
  private static final int GROUPS = 20;

  /** Draws that a cell has to expect. */
  private static final double FEWEST = 50;

  @Override
  public String name() {
    return "fokker-planck";
  }

  @Override
  public String title() {
    return "Fokker–Planck against 100,000 particles";
  }

  @Override
  public String question() {
    return "Does the law of Langevin particles follow the Fokker–Planck equation at all times, and is"
        + " it in detailed balance at the end? If so, the histogram of n particles over m cells"
        + " has divergence (m−1)/(2n) from it, and no more.";
  }

  @Override
  public Findings run(Setting setting) {
    List<Row> rows = new ArrayList<>();
    List<Plot> plots = new ArrayList<>();
    double timeStep = setting.quick() ? 0.004 : 0.001;
    List<ParticleSystem> systems =
        List.of(
            ParticleSystem.tiltedDoubleWell(timeStep),
            ParticleSystem.noisePerLoss(timeStep),
            ParticleSystem.leaningDoubleWell(timeStep));
    for (int s = 0; s < systems.size(); s++) {
      follow(setting, systems.get(s), s, rows, plots);
    }
    return new Findings(
        rows,
        plots,
        List.of(
            "Cells that expect fewer than %d particles are put together; the intervals of divergence"
                    .formatted((int) FEWEST)
                + " and total variation are those of sampling alone, with tails of 10⁻⁴.",
            "The particles' step h = %s changes densities by about hκ/2; the divergence may exceed"
                    .formatted(Numbers.plain(timeStep))
                + " that of sampling by %s for it.".formatted(Numbers.plain(bias(timeStep)))));
  }

  private static void follow(
      Setting setting, ParticleSystem system, int number, List<Row> rows, List<Plot> plots) {
    List<Group> groups =
        setting.workers().map(GROUPS, g -> group(system, setting.seed(), 1000L * (number + 1) + g));
    double[] law = system.startLaw();
    double[] stationary = system.blocks(system.process().stationary());
    double now = 0;
    int times = system.times().length;
    double[] predicted = new double[times];
    double[] floor = new double[times];
    List<Measured> measured = new ArrayList<>();
    List<Measured> divergences = new ArrayList<>();
    for (int t = 0; t < times; t++) {
      law = system.process().evolve(law, system.times()[t] - now);
      now = system.times()[t];
      double[] expected = system.blocks(law);
      long[] counts = new long[expected.length];
      for (Group group : groups) {
        for (int i = 0; i < counts.length; i++) {
          counts[i] += group.counts[t][i];
        }
      }
      GoodnessOfFit fit = new GoodnessOfFit(expected, counts, FEWEST);
      String at = "%s, t = %s: ".formatted(system.label(), Numbers.plain(now));
      Row divergence =
          fit.divergence(
              at + "divergence over %d cells".formatted(fit.cells()), bias(system.timeStep()));
      rows.add(divergence);
      floor[t] = divergence.predicted();
      divergences.add(divergence.measured());
      rows.add(fit.totalVariation(at + "total variation", bias(system.timeStep())));
      predicted[t] = Distances.totalVariation(expected, stationary);
      measured.add(totalVariation(counts, stationary));
    }
    long[][] moves = new long[system.states()][system.states()];
    for (Group group : groups) {
      for (int i = 0; i < moves.length; i++) {
        for (int j = 0; j < moves.length; j++) {
          moves[i][j] += group.moves[i][j];
        }
      }
    }
    rows.add(
        GoodnessOfFit.detailedBalance(
            "%s, end: χ² of moves forth and back between %d parts"
                .formatted(system.label(), system.states()),
            moves));
    relax(system, rows);
    plots.add(
        new Plot(
            "Distance from the stationary law, " + system.label(),
            new Plot.Axis("time", false),
            new Plot.Axis("total variation", true),
            List.of(
                Plot.Series.line("Fokker–Planck", system.times(), predicted),
                Plot.Series.points("particles", system.times(), measured))));
    plots.add(
        new Plot(
            "Divergence of the histogram from Fokker–Planck, " + system.label(),
            new Plot.Axis("time", false),
            new Plot.Axis("divergence, nats", false),
            List.of(
                Plot.Series.line("by sampling alone, (m−1)/(2n)", system.times(), floor),
                Plot.Series.points("particles", system.times(), divergences))));
  }

  /**
   * Divergence between the law of the particles and the equation's that their steps of length h
   * cause, at most: densities change by about hκ/2, and κ ≤ 5 where the particles are.
   */
  private static double bias(double timeStep) {
    double relative = 2.5 * timeStep;
    return 0.5 * relative * relative;
  }

  /** What the equation itself says about the end: the rate of approach, and no current left. */
  private static void relax(ParticleSystem system, List<Row> rows) {
    double gap = system.process().slowModes(1).gap();
    double[] stationary = system.process().stationary();
    double[] early = system.process().evolve(system.startLaw(), 6 / gap);
    double[] late = system.process().evolve(early, 1 / gap);
    rows.add(
        new Row(
            system.label()
                + ": late decay of the divergence from the stationary law, twice the gap",
            2 * gap,
            Measured.exact(
                gap
                    * StrictMath.log(
                        Distances.kullbackLeibler(early, stationary)
                            / Distances.kullbackLeibler(late, stationary))),
            Requirement.within(0.02)));
    UnaryOperator<double[]> leap = system.process().implicitEuler(100 / gap);
    for (int s = 0; s < 8; s++) {
      late = leap.apply(late); // Each shrinks what is left at least a hundredfold.
    }
    double scale = max(system.process().current(system.startLaw()));
    rows.add(
        new Row(
            system.label() + ": largest current at the end over the largest at the start",
            0,
            Measured.exact(max(system.process().current(late)) / scale),
            Requirement.between(0, 1e-10)));
  }

  private static double max(double[] currents) {
    return Arrays.stream(currents).map(Math::abs).max().orElse(Double.NaN);
  }

  /** With a normal interval from the delta method: Var ≤ 1/(4n). */
  private static Measured totalVariation(long[] counts, double[] law) {
    double[] share = Arrays.stream(counts).mapToDouble(c -> (double) c / PARTICLES).toArray();
    double distance = Distances.totalVariation(share, law);
    return Measured.normal(distance, 0.5 / StrictMath.sqrt(PARTICLES));
  }

  /**
   * What one group of particles did.
   *
   * @param counts particles in every block, at every time
   * @param moves between the parts of space, over the last lag
   */
  private record Group(long[][] counts, long[][] moves) {}

  private static Group group(ParticleSystem system, long seed, long purpose) {
    int particles = PARTICLES / GROUPS;
    SplitMix64 random = SplitMix64.stream(seed, purpose);
    Ensemble ensemble = system.ensemble(particles, random.nextLong());
    system.drawStart(random, ensemble.positions());
    long[][] counts = new long[system.times().length][system.blockCount()];
    for (int t = 0; t < counts.length; t++) {
      ensemble.step(Math.round(system.times()[t] / system.timeStep()) - ensemble.steps());
      for (int r = 0; r < particles; r++) {
        counts[t][system.block(ensemble.positions(), r)]++;
      }
    }
    int[] before = system.statesOf(ensemble.positions());
    ensemble.step(Math.round(system.lag() / system.timeStep()));
    int[] after = system.statesOf(ensemble.positions());
    long[][] moves = new long[system.states()][system.states()];
    for (int r = 0; r < particles; r++) {
      moves[before[r]][after[r]]++;
    }
    return new Group(counts, moves);
  }
}
