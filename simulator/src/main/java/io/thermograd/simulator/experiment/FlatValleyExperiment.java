package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.SgdEnsemble;
import io.thermograd.simulator.landscape.Landscapes;
import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.theory.StationaryCovariance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Stiff and flat directions of one valley: diffusion in these, equilibrium in those. */
public final class FlatValleyExperiment implements Experiment {
  private static final Quadratic VALLEY = Landscapes.valley();
  private static final double ETA = 0.01;
  private static final double SIGMA2 = 2;
  private static final int BATCH = 4;
  private static final double BETA = 0.9;
  private static final int PARTS = 8;

  /** Steps at which the spread is looked at: four a decade, from 1 to 3·10⁴. */
  private static final long[] LOOKS =
      IntStream.rangeClosed(0, 18)
          .mapToLong(i -> Math.round(StrictMath.pow(10, i / 4.0)))
          .distinct()
          .toArray();

  @Override
  public String name() {
    return "flat-valley";
  }

  @Override
  public String title() {
    return "Diffusion in a flat valley";
  }

  @Override
  public String question() {
    return "SGD from the bottom of a valley with curvatures 0.01 … 100: the mean square displacement"
        + " of direction κ is ησ²/(Bκ(2−ηκ))·(1−(1−ηκ)^(2n)), first free diffusion with D = ησ²/(2B)"
        + " per unit of t = ηn, then the stationary variance.";
  }

  /** Mean squares of one part: by look, by direction; and of 100 steps' displacement at the end. */
  @SuppressWarnings("ArrayRecordComponent") // data to average, never compared
  private record Spread(double[][] squares, double[] lagged) {}

  @Override
  public Findings run(Setting setting) {
    double[] kappa = curvatures();
    int replicas = setting.size(1_000, 6_000);
    List<Spread> plain = parts(setting, OptimizerSettings.sgd(), ETA, replicas, 0);
    // The same η_eff, so that time and temperature are the same.
    List<Spread> ball =
        parts(setting, OptimizerSettings.heavyBall(BETA), ETA * (1 - BETA), replicas, 1);

    double sampling = 4.5 * Math.sqrt(2.0 / (replicas * PARTS));
    List<Row> rows = new ArrayList<>();
    int last = LOOKS.length - 1;
    for (int i = 0; i < kappa.length; i++) {
      double k = kappa[i];
      Measured variance = measured(plain, last, i);
      rows.add(
          new Row(
              "Var x at κ = %s, ηκ = %s".formatted(Numbers.plain(k), Numbers.plain(ETA * k)),
              StationaryCovariance.variance(k, SIGMA2 / BATCH, ETA, 0),
              variance,
              Requirement.within(percent(sampling))));
      rows.add(
          new Row(
              "the same against T/κ of the continuous process",
              temperature() / k,
              variance,
              Requirement.none()));
    }
    for (int i = 0; i < kappa.length; i++) {
      rows.add(
          new Row(
              "Var x at κ = %s, heavy ball %s at the same η_eff"
                  .formatted(Numbers.plain(kappa[i]), BETA),
              StationaryCovariance.variance(kappa[i], SIGMA2 / BATCH, ETA * (1 - BETA), BETA),
              measured(ball, last, i),
              Requirement.within(percent(sampling))));
    }
    for (int i = 0; i < 3; i++) {
      rows.add(diffusion(kappa[i], plain, i, ETA, "", sampling));
    }
    rows.add(diffusion(kappa[0], ball, 0, ETA, ", heavy ball %s".formatted(BETA), sampling));
    for (int i = 0; i < kappa.length; i++) {
      rows.add(
          new Row(
              "mean square displacement over 100 steps at equilibrium, κ = "
                  + Numbers.plain(kappa[i]),
              2 * stationary(kappa[i]) * (1 - StrictMath.pow(1 - ETA * kappa[i], 100)),
              Intervals.mean(lagged(plain, i)),
              Requirement.within(percent(sampling))));
    }
    rows.add(flatness(plain));
    return new Findings(
        rows,
        List.of(plot(plain)),
        List.of(
            "At ηκ = 1 a step forgets where it was: the variance is twice that of the continuous"
                + " process, while the flat direction of the same run needs ten thousand steps to feel its slope."));
  }

  private static double[] curvatures() {
    double[][] hessian = VALLEY.hessian();
    return IntStream.range(0, hessian.length).mapToDouble(i -> hessian[i][i]).toArray();
  }

  private static double temperature() {
    return ETA * SIGMA2 / (2 * BATCH);
  }

  private static double stationary(double kappa) {
    return ETA * SIGMA2 / (BATCH * kappa * (2 - ETA * kappa));
  }

  /** ⟨x²⟩ after n steps from 0. */
  private static double displacement(double kappa, long steps) {
    return stationary(kappa) * (1 - StrictMath.pow(1 - ETA * kappa, 2.0 * steps));
  }

  private static double percent(double tolerance) {
    return Math.ceil(100 * tolerance) / 100;
  }

  private static List<Spread> parts(
      Setting setting, OptimizerSettings optimizer, double eta, int replicas, int purpose) {
    return setting
        .workers()
        .map(
            PARTS,
            p ->
                spread(
                    SgdEnsemble.at(
                        VALLEY,
                        GaussianNoise.isotropic(VALLEY.dim(), SIGMA2),
                        optimizer,
                        LearningRate.constant(eta),
                        BatchSizeSchedule.constant(BATCH),
                        new double[VALLEY.dim()],
                        replicas,
                        SplitMix64.stream(setting.seed(), 10L * p + purpose).nextLong())));
  }

  private static Spread spread(SgdEnsemble ensemble) {
    double[][] squares = new double[LOOKS.length][];
    for (int t = 0; t < LOOKS.length; t++) {
      ensemble.step(LOOKS[t] - ensemble.steps());
      squares[t] = meanSquares(ensemble, new double[ensemble.positions().length]);
    }
    double[] before = ensemble.positions().clone();
    ensemble.step(100);
    return new Spread(squares, meanSquares(ensemble, before));
  }

  /** By direction, of the displacement from {@code origin}. */
  private static double[] meanSquares(SgdEnsemble ensemble, double[] origin) {
    double[] x = ensemble.positions();
    int n = ensemble.replicas();
    double[] means = new double[ensemble.dim()];
    for (int k = 0; k < x.length; k++) {
      double off = x[k] - origin[k];
      means[k / n] += off * off / n;
    }
    return means;
  }

  private static Measured measured(List<Spread> parts, int look, int direction) {
    return Intervals.mean(parts.stream().mapToDouble(p -> p.squares[look][direction]).toArray());
  }

  private static double[] lagged(List<Spread> parts, int direction) {
    return parts.stream().mapToDouble(p -> p.lagged[direction]).toArray();
  }

  /** D = ⟨x²⟩/(2t) while the slope is not felt yet: at the last look with κt ≤ 0.02. */
  private static Row diffusion(
      double kappa, List<Spread> parts, int direction, double etaEff, String how, double sampling) {
    int look = 0;
    while (look + 1 < LOOKS.length && kappa * etaEff * LOOKS[look + 1] <= 0.02) {
      look++;
    }
    double t = etaEff * LOOKS[look];
    // ⟨x²⟩ = 2Dt(1 − κt + …), and momentum starts 1/(1−β) steps late.
    double tolerance = sampling + kappa * t + (how.isEmpty() ? 0 : 1.5 / (1 - BETA) / LOOKS[look]);
    return new Row(
        "D at κ = %s after %d steps%s".formatted(Numbers.plain(kappa), LOOKS[look], how),
        temperature(),
        measured(parts, look, direction).times(1 / (2 * t)),
        Requirement.within(percent(tolerance)));
  }

  /** Slope of log Var on log κ: −1 in the continuous process, less where ηκ is not small. */
  private static Row flatness(List<Spread> parts) {
    double[] kappa = Arrays.copyOf(curvatures(), 4);
    double[] variances =
        IntStream.range(0, kappa.length)
            .mapToDouble(i -> measured(parts, LOOKS.length - 1, i).value())
            .toArray();
    return new Row(
        "slope of log Var on log κ over κ = 0.01 … 10",
        -1,
        Fits.powerLaw(kappa, variances).slope(),
        Requirement.within(0.03));
  }

  private static Plot plot(List<Spread> parts) {
    double[] steps = Arrays.stream(LOOKS).asDoubleStream().toArray();
    double[] kappa = curvatures();
    List<Plot.Series> series = new ArrayList<>();
    for (int i = 0; i < kappa.length; i++) {
      int direction = i;
      series.add(
          Plot.Series.line(
              "exact, κ = " + Numbers.plain(kappa[i]),
              steps,
              Arrays.stream(LOOKS).mapToDouble(n -> displacement(kappa[direction], n)).toArray()));
      series.add(
          Plot.Series.points(
              "κ = " + Numbers.plain(kappa[i]),
              steps,
              IntStream.range(0, LOOKS.length)
                  .mapToObj(look -> measured(parts, look, direction))
                  .toList()));
    }
    return new Plot(
        "Mean square displacement",
        new Plot.Axis("steps", true),
        new Plot.Axis("⟨x²⟩", true),
        series);
  }
}
