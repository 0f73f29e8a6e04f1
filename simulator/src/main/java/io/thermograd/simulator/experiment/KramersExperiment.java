package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.FirstPassage;
import io.thermograd.simulator.dynamics.FirstPassage.Passages;
import io.thermograd.simulator.dynamics.FirstPassage.Region;
import io.thermograd.simulator.dynamics.LangevinEnsemble;
import io.thermograd.simulator.landscape.DoubleWell;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.SplitMix64;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Escape over a barrier, in one dimension and in two. */
public final class KramersExperiment implements Experiment {
  private static final int REPLICAS = 256;

  /** Time between two looks at the replicas. */
  private static final double LOOK = 0.1;

  private static final long LONGEST = 1_000_000_000_000L;

  @Override
  public String name() {
    return "kramers";
  }

  @Override
  public String title() {
    return "Escape times over a barrier";
  }

  @Override
  public String question() {
    return "Langevin dynamics leaves the left well of (x² − 1)² after τ = 2π/√(U″(1)|U″(0)|)·e^(ΔU/T)"
        + " on average. Crossings from the bottom to x ≥ 0.8 are timed at five temperatures, with"
        + " and without a second coordinate, and set against Kramers and against the exact mean"
        + " first-passage time of the diffusion.";
  }

  /** Sizes that differ between quick and full runs. */
  private record Plan(double[] temperatures, int[] events, double timeStep, double slopeTolerance) {

    static Plan of(Setting setting) {
      return setting.quick()
          ? new Plan(
              new double[] {0.12, 0.14, 0.16, 0.18, 0.2},
              new int[] {2_000, 2_000, 6_000, 6_000, 6_000},
              0.02,
              0.04)
          : new Plan(
              new double[] {0.1, 0.11, 0.12, 0.135, 0.15},
              new int[] {3_000, 3_000, 3_000, 9_000, 9_000},
              0.01,
              0.03);
    }

    /** A temperature in the middle: barriers still high, crossings no longer dear. */
    double middle() {
      return temperatures[3];
    }
  }

  @Override
  public Findings run(Setting setting) {
    Plan plan = Plan.of(setting);
    List<Row> rows = new ArrayList<>();
    List<Plot> plots = new ArrayList<>();
    for (Landscape landscape : List.of(DoubleWell.line(), DoubleWell.plane())) {
      new Wells(setting, plan, landscape).report(rows, plots);
    }
    return new Findings(
        rows,
        plots,
        List.of(
            "Kramers' formula is the limit T → 0. At these temperatures the exact mean time is "
                + "4 to 11 % longer, which alone takes about 1 % off the slope.",
            "Euler–Maruyama with h = %s shortens the times by about %s %%; a discrete path sees "
                    .formatted(plan.timeStep, plan.timeStep == 0.02 ? "2.8" : "1.2")
                + "the saddle 0.58·√(2Th) late, and the row that times the saddle moves it by that."));
  }

  /** One landscape. */
  private static final class Wells {
    private final Setting setting;
    private final Plan plan;
    private final Landscape landscape;
    private final String where;

    Wells(Setting setting, Plan plan, Landscape landscape) {
      this.setting = setting;
      this.plan = plan;
      this.landscape = landscape;
      this.where = landscape.dim() == 1 ? "(x²−1)²" : "(x²−1)²+y²";
    }

    void report(List<Row> rows, List<Plot> plots) {
      double[] temperatures = plan.temperatures;
      int n = temperatures.length;
      Region core = (x, replicas, r) -> x[r] >= WellPair.CORE;
      List<Measured> times = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        times.add(time(temperatures[i], core, plan.events[i], lookSteps(), i));
      }

      double[] inverse = Arrays.stream(temperatures).map(t -> 1 / t).toArray();
      double[] logs = times.stream().mapToDouble(t -> StrictMath.log(t.value())).toArray();
      double[] errors = Arrays.stream(plan.events).mapToDouble(k -> 1 / Math.sqrt(k)).toArray();
      Measured slope = Fits.line(inverse, logs, errors).slope();
      rows.add(
          new Row(
              "slope of log τ on 1/T, " + where,
              WellPair.barrier(),
              slope,
              Requirement.within(plan.slopeTolerance)));
      Measured coldest = times.get(0);
      double arrhenius = StrictMath.exp(-WellPair.barrier() / temperatures[0]);
      rows.add(
          new Row(
              "prefactor at T = %s, %s".formatted(temperatures[0], where),
              WellPair.prefactor(),
              coldest.times(arrhenius),
              Requirement.within(0.15)));
      for (int i = 0; i < n; i++) {
        // Four standard errors and the discretisation, 1.5·h.
        double tolerance = 4 / Math.sqrt(plan.events[i]) + 1.5 * plan.timeStep;
        rows.add(
            new Row(
                "τ against the exact mean passage time, T = %s, %s"
                    .formatted(temperatures[i], where),
                WellPair.exact(temperatures[i], WellPair.CORE),
                times.get(i),
                Requirement.within(round(tolerance))));
      }
      rows.add(saddle(times.get(3)));
      exponential(rows, plots);
      plots.add(0, arrhenius(inverse, times));
    }

    private static double round(double tolerance) {
      return Math.ceil(tolerance * 1_000) / 1_000;
    }

    private long lookSteps() {
      return Math.round(LOOK / plan.timeStep);
    }

    /** Mean time to the region in units of time, every replica restarting when it arrives. */
    private Measured time(double temperature, Region region, int events, long every, int purpose) {
      int parts = Math.max(1, events / (2 * REPLICAS)); // two or more passages a replica
      List<Passages> passages =
          setting
              .workers()
              .map(
                  parts,
                  p -> {
                    LangevinEnsemble ensemble = ensemble(temperature, purpose, p);
                    return FirstPassage.repeated(
                        ensemble,
                        region,
                        FirstPassage.restartAt(ensemble, WellPair.left(landscape)),
                        every,
                        (events + parts - 1) / parts,
                        LONGEST);
                  });
      long count = passages.stream().mapToLong(p -> p.times().length).sum();
      double exposure = passages.stream().mapToDouble(Passages::exposure).sum();
      return Intervals.exponentialMean(count, exposure * plan.timeStep);
    }

    private LangevinEnsemble ensemble(double temperature, int purpose, int part) {
      long seed =
          SplitMix64.stream(setting.seed(), 1_000L * (10 * landscape.dim() + purpose) + part)
              .nextLong();
      return LangevinEnsemble.at(
          landscape, temperature, plan.timeStep, WellPair.left(landscape), REPLICAS, seed);
    }

    private Row saddle(Measured crossing) {
      double temperature = plan.middle();
      double shift = 0.5826 * Math.sqrt(2 * temperature * plan.timeStep);
      int events = plan.events[3];
      Measured reaching = time(temperature, (x, replicas, r) -> x[r] >= -shift, events, 1, 6);
      double ratio = reaching.value() / crossing.value();
      return new Row(
          "time to the saddle over time across it, T = %s, %s".formatted(temperature, where),
          0.5,
          Measured.normal(ratio, ratio * Math.sqrt(2.0 / events)),
          Requirement.within(round(4 * Math.sqrt(2.0 / events) + 0.5 * plan.timeStep)));
    }

    private void exponential(List<Row> rows, List<Plot> plots) {
      double temperature = plan.middle();
      Region core = (x, replicas, r) -> x[r] >= WellPair.CORE;
      List<Passages> passages =
          setting
              .workers()
              .map(
                  setting.size(4, 16),
                  p -> FirstPassage.once(ensemble(temperature, 7, p), core, lookSteps(), LONGEST));
      double[] times =
          passages.stream()
              .flatMapToDouble(p -> Arrays.stream(p.times()))
              .map(t -> t * plan.timeStep)
              .sorted()
              .toArray();
      rows.add(
          new Row(
              "Kolmogorov–Smirnov statistic of %d exit times against e^−t, %s"
                  .formatted(times.length, where),
              Double.NaN,
              Measured.exact(Exponentiality.statistic(times)),
              Requirement.between(Double.NEGATIVE_INFINITY, Exponentiality.CRITICAL)));
      double mean = Intervals.exponentialMean(times).value();
      int[] shown = IntStream.range(0, 40).map(i -> i * times.length / 40).toArray();
      double[] x = Arrays.stream(shown).mapToDouble(i -> times[i]).toArray();
      plots.add(
          new Plot(
              "Replicas still in their well, T = %s, %s".formatted(temperature, where),
              new Plot.Axis("time", false),
              new Plot.Axis("share", true),
              List.of(
                  Plot.Series.line(
                      "exponential",
                      x,
                      Arrays.stream(x).map(t -> StrictMath.exp(-t / mean)).toArray()),
                  Plot.Series.points(
                      "measured",
                      x,
                      Arrays.stream(shown)
                          .mapToObj(i -> Intervals.proportion(times.length - i, times.length))
                          .toList()))));
    }

    private Plot arrhenius(double[] inverse, List<Measured> times) {
      return new Plot(
          "Mean escape time, " + where,
          new Plot.Axis("1/T", false),
          new Plot.Axis("τ, units of time", true),
          List.of(
              Plot.Series.line(
                  "Kramers",
                  inverse,
                  Arrays.stream(inverse).map(b -> WellPair.kramers(1 / b)).toArray()),
              Plot.Series.line(
                  "exact",
                  inverse,
                  Arrays.stream(inverse).map(b -> WellPair.exact(1 / b, WellPair.CORE)).toArray()),
              Plot.Series.points("measured", inverse, times)));
    }
  }
}
