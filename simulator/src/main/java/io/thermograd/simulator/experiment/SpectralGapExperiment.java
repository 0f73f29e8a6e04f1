package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.LangevinEnsemble;
import io.thermograd.simulator.landscape.DoubleWell;
import io.thermograd.simulator.landscape.GaussianMixture;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.theory.FokkerPlanck1d;
import io.thermograd.theory.GridAxis;
import io.thermograd.theory.JumpProcess;
import io.thermograd.theory.RelaxationModes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Exact gaps of Fokker–Planck operators against three measurements on Langevin replicas: the
 * autocorrelation at stationarity, the relaxation of an ensemble that starts in one well, and the
 * chain of visits to the wells' cores.
 */
public final class SpectralGapExperiment implements Experiment {
  private static final double TOLERANCE = 0.1;

  /** Groups of replicas, each with a seed of its own; the intervals come from their spread. */
  private static final int GROUPS = 20;

  /** Samples per relaxation time. */
  private static final int SAMPLES = 20;

  /** Relaxation times that a stationary replica is watched. */
  private static final int WATCHED = 20;

  /** Points of a curve: three relaxation times. */
  private static final int LAGS = 3 * SAMPLES;

  /** The curves are fitted while they fall through this range. */
  private static final double UPPER = 0.8;

  private static final double LOWER = 0.35;

  @Override
  public String name() {
    return "spectral-gap";
  }

  @Override
  public String title() {
    return "Spectral gap";
  }

  @Override
  public String question() {
    return "Is the smallest non-zero eigenvalue of the Fokker–Planck operator, computed on a grid, the"
        + " rate at which Langevin replicas forget? Measured by the autocorrelation of x, by the"
        + " relaxation of an ensemble, and by the chain of visits to the two wells.";
  }

  @Override
  public Findings run(Setting setting) {
    List<Row> rows = new ArrayList<>();
    List<Plot> plots = new ArrayList<>();
    harmonic(setting, rows, plots);
    doubleWell(setting, rows, plots);
    mixtures(setting, rows, plots);
    return new Findings(
        rows,
        plots,
        List.of(
            "Predictions are eigenvalues on two grids, extrapolated in the square of their spacing.",
            "Bias that remains in the measurements, from Euler's steps and from faster modes that are"
                + " still in the curves: about 1 % for the double wells; for Gaussians 2, 3, 4 and 5"
                + " widths apart 0.8, 1.5, 0.7 and −0.5 % in the autocorrelation and −3.2, −0.9, 0"
                + " and −0.6 % in the relaxation, from powers of the Euler chain's transition matrix."
                + " The linear part of Euler's shift, (1 − e^(−λh))/h, is taken out.",
            "The chain of visits is a measurement of the gap only where the wells are metastable;"
                + " without a barrier its states are not the slow variable, and its rows require"
                + " nothing."));
  }

  private static void harmonic(Setting setting, List<Row> rows, List<Plot> plots) {
    for (double temperature : new double[] {0.5, 2}) {
      double reach = 8 * StrictMath.sqrt(temperature);
      Case system =
          new Case(
              "Ornstein–Uhlenbeck, κ = 1, T = " + Numbers.plain(temperature),
              Quadratic.diagonal(1),
              temperature,
              0.01,
              new GridAxis(-reach, reach, 400),
              StrictMath.sqrt(temperature));
      double exact = system.gap();
      rows.add(
          new Row(
              system.label + ": eigenvalue on the grid",
              1,
              Measured.exact(exact),
              Requirement.within(1e-4)));
      double[][] curves = stationary(setting, system, exact, (long) (10 * temperature)).position();
      Measured measured = system.rate(curves, exact);
      rows.add(
          new Row(system.label + ": autocorrelation", 1, measured, Requirement.within(TOLERANCE)));
      if (temperature != 1) {
        rows.add(
            new Row(
                system.label + ": the same against κ/T (wrong)",
                1 / temperature,
                measured,
                Requirement.none()));
      }
      if (temperature == 2) {
        rows.add(
            new Row(
                system.label + ": relaxation from one side",
                1,
                system.rate(relaxation(setting, system, exact, 30), exact),
                Requirement.within(TOLERANCE)));
        plots.add(autocorrelation("Autocorrelation, Ornstein–Uhlenbeck", system, exact, curves));
      }
    }
  }

  private static void doubleWell(Setting setting, List<Row> rows, List<Plot> plots) {
    double[] temperatures =
        setting.quick() ? new double[] {0.5, 0.3} : new double[] {0.5, 0.4, 0.3, 0.2};
    double[] exact = new double[temperatures.length];
    double[] kramers = new double[temperatures.length];
    List<Measured> measured = new ArrayList<>();
    for (int i = 0; i < temperatures.length; i++) {
      double temperature = temperatures[i];
      Case system =
          new Case(
              "double well, T = " + Numbers.plain(temperature),
              DoubleWell.line(),
              temperature,
              0.005,
              new GridAxis(-2.6, 2.6, 400),
              1);
      exact[i] = system.gap();
      // Two wells, each left at the rate √(U″(±1)|U″(0)|)/(2π)·e^{−1/T} with U″ = 8 and −4.
      kramers[i] = StrictMath.sqrt(32) / StrictMath.PI * StrictMath.exp(-1 / temperature);
      Requirement chain = temperature <= 0.35 ? Requirement.within(TOLERANCE) : Requirement.none();
      measured.add(threeWays(setting, system, exact[i], 100 + 10 * i, chain, rows, plots));
      rows.add(
          new Row(
              system.label + ": twice Eyring–Kramers' rate against the exact gap",
              exact[i],
              Measured.exact(kramers[i]),
              Requirement.none()));
    }
    double[] inverse = Arrays.stream(temperatures).map(t -> 1 / t).toArray();
    plots.add(
        new Plot(
            "Gap of the double well",
            new Plot.Axis("1/T", false),
            new Plot.Axis("gap per unit of time", true),
            List.of(
                Plot.Series.line("Fokker–Planck", inverse, exact),
                Plot.Series.line("Eyring–Kramers", inverse, kramers),
                Plot.Series.points("autocorrelation", inverse, measured))));
  }

  private static void mixtures(Setting setting, List<Row> rows, List<Plot> plots) {
    double[] separations = {2, 3, 4, 5};
    double[] exact = new double[separations.length];
    List<Measured> measured = new ArrayList<>();
    for (int i = 0; i < separations.length; i++) {
      double half = separations[i] / 2;
      Case system =
          new Case(
              "two Gaussians %s widths apart".formatted(Numbers.plain(separations[i])),
              GaussianMixture.pair(1, separations[i], 1),
              1,
              0.05,
              new GridAxis(-half - 7, half + 7, 400),
              half);
      exact[i] = system.gap();
      Requirement chain = separations[i] >= 4 ? Requirement.within(TOLERANCE) : Requirement.none();
      measured.add(threeWays(setting, system, exact[i], 200 + 10 * i, chain, rows, plots));
    }
    plots.add(
        new Plot(
            "Gap of two Gaussians",
            new Plot.Axis("separation, widths", false),
            new Plot.Axis("gap per unit of time", true),
            List.of(
                Plot.Series.line("Fokker–Planck", separations, exact),
                Plot.Series.points("autocorrelation", separations, measured))));
  }

  /** Adds a row for each way and returns the measurement by autocorrelation. */
  private static Measured threeWays(
      Setting setting,
      Case system,
      double exact,
      long purpose,
      Requirement chain,
      List<Row> rows,
      List<Plot> plots) {
    Curves curves = stationary(setting, system, exact, purpose);
    Measured measured = system.rate(curves.position(), exact);
    rows.add(
        new Row(
            system.label + ": autocorrelation", exact, measured, Requirement.within(TOLERANCE)));
    rows.add(
        new Row(
            system.label + ": relaxation from one well",
            exact,
            system.rate(relaxation(setting, system, exact, purpose + 5), exact),
            Requirement.within(TOLERANCE)));
    rows.add(
        new Row(
            system.label + ": chain of visits", exact, system.rate(curves.visits(), exact), chain));
    if (system.label.equals("double well, T = 0.3")) {
      plots.add(autocorrelation("Autocorrelation, double well", system, exact, curves.position()));
    }
    return measured;
  }

  /** Autocovariances of every group: of x, and of the core visited last. */
  private record Curves(double[][] position, double[][] visits) {}

  private static Curves stationary(Setting setting, Case system, double gap, long purpose) {
    int replicas = setting.size(60, 300);
    long stride = system.stride(gap);
    List<double[][]> groups =
        setting
            .workers()
            .map(
                GROUPS,
                g -> {
                  SplitMix64 random = SplitMix64.stream(setting.seed(), purpose * 1000 + g);
                  LangevinEnsemble ensemble = system.ensemble(0, replicas, random.nextLong());
                  system.drawStationary(random, ensemble.positions());
                  double[][] position = new double[SAMPLES * WATCHED][];
                  double[][] visits = new double[position.length][];
                  double[] visited = new double[replicas];
                  for (int r = 0; r < replicas; r++) {
                    visited[r] = Math.signum(ensemble.positions()[r]);
                  }
                  for (int s = 0; s < position.length; s++) {
                    position[s] = ensemble.positions().clone();
                    for (int r = 0; r < replicas; r++) {
                      if (Math.abs(position[s][r]) > 0.5 * system.well) {
                        visited[r] = Math.signum(position[s][r]);
                      }
                    }
                    visits[s] = visited.clone();
                    ensemble.step(stride);
                  }
                  return new double[][] {
                    Relaxation.autocovariance(position, LAGS),
                    Relaxation.autocovariance(visits, LAGS)
                  };
                });
    return new Curves(
        groups.stream().map(curves -> curves[0]).toArray(double[][]::new),
        groups.stream().map(curves -> curves[1]).toArray(double[][]::new));
  }

  /** Mean of x in every group, from a start in the right well. */
  private static double[][] relaxation(Setting setting, Case system, double gap, long purpose) {
    // Fast systems are cheap, and their wells less far apart in units of the thermal spread.
    int replicas = (int) (setting.size(1000, 8000) * Math.max(1, Math.min(4, 10 * gap)));
    long stride = system.stride(gap);
    return setting
        .workers()
        .map(
            GROUPS,
            g -> {
              SplitMix64 random = SplitMix64.stream(setting.seed(), purpose * 1000 + g);
              LangevinEnsemble ensemble = system.ensemble(system.well, replicas, random.nextLong());
              double[] mean = new double[SAMPLES + SAMPLES / 2];
              for (int k = 0; k < mean.length; k++) {
                mean[k] = Arrays.stream(ensemble.positions()).average().orElse(Double.NaN);
                ensemble.step(stride);
              }
              return mean;
            })
        .toArray(double[][]::new);
  }

  private static Plot autocorrelation(String title, Case system, double gap, double[][] groups) {
    JumpProcess process = system.process(800);
    GridAxis axis = system.grid(800);
    RelaxationModes modes = process.slowModes(6);
    double[] weights = modes.weights(process.stationary(), axis.centres());
    double whole = Arrays.stream(weights).sum();
    double lag = system.stride(gap) * system.timeStep;
    int points = 2 * SAMPLES;
    double[] time = new double[points];
    double[] expected = new double[points];
    List<Measured> measured = new ArrayList<>();
    for (int k = 0; k < points; k++) {
      int at = k;
      time[k] = k * lag;
      for (int m = 0; m < weights.length; m++) {
        expected[k] += weights[m] / whole * StrictMath.exp(-modes.rates()[m] * time[k]);
      }
      measured.add(
          Intervals.ratio(
              Arrays.stream(groups).mapToDouble(curve -> curve[at]).toArray(),
              Arrays.stream(groups).mapToDouble(curve -> curve[0]).toArray()));
    }
    return new Plot(
        title,
        new Plot.Axis("lag, units of time", false),
        new Plot.Axis("autocorrelation of x", true),
        List.of(
            Plot.Series.line("modes of Fokker–Planck", time, expected),
            Plot.Series.points("replicas", time, measured)));
  }

  /**
   * One system, symmetric about 0.
   *
   * @param axis coarser of the two grids for the exact gap
   * @param well where replicas start, and twice the distance of the cores from 0
   */
  private record Case(
      String label,
      Landscape landscape,
      double temperature,
      double timeStep,
      GridAxis axis,
      double well) {

    GridAxis grid(int cells) {
      return new GridAxis(axis.low(), axis.high(), cells);
    }

    JumpProcess process(int cells) {
      return FokkerPlanck1d.additive(
          grid(cells), x -> landscape.value(new double[] {x}), temperature);
    }

    /** Second order in the spacing: (4λ(h/2) − λ(h))/3 leaves the fourth. */
    double gap() {
      double coarse = process(axis.cells()).slowModes(1).gap();
      double fine = process(2 * axis.cells()).slowModes(1).gap();
      return (4 * fine - coarse) / 3;
    }

    LangevinEnsemble ensemble(double start, int replicas, long seed) {
      return LangevinEnsemble.at(
          landscape, temperature, timeStep, new double[] {start}, replicas, seed);
    }

    /** Steps between two samples. */
    long stride(double gap) {
      return Math.max(1, Math.round(1 / (SAMPLES * gap * timeStep)));
    }

    /** Draws from the stationary law, cell by cell. */
    void drawStationary(SplitMix64 random, double[] x) {
      GridAxis fine = grid(2 * axis.cells());
      double[] cumulative = process(fine.cells()).stationary();
      for (int i = 1; i < cumulative.length; i++) {
        cumulative[i] += cumulative[i - 1];
      }
      for (int r = 0; r < x.length; r++) {
        int at = Arrays.binarySearch(cumulative, random.nextDouble());
        int cell = Math.min(fine.cells() - 1, at < 0 ? -at - 1 : at);
        x[r] = fine.edge(cell) + random.nextDouble() * fine.spacing();
      }
    }

    /** The rate in continuous time: a step multiplies a mode of rate λ by 1 − λh. */
    Measured rate(double[][] groups, double gap) {
      double lag = stride(gap) * timeStep;
      return Relaxation.rate(groups, lag, UPPER, LOWER)
          .map(rate -> -StrictMath.expm1(-rate * timeStep) / timeStep);
    }
  }
}
