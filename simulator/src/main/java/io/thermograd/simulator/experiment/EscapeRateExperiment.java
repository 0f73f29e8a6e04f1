package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.LangevinEnsemble;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Four wells of equal depth behind equal saddles: by Eyring and Kramers their escape rates are in
 * proportion to √det H.
 *
 * <p>That is the limit of low temperature. What is simulated is warm enough to be seen escaping, so
 * it is held to the exact mean time at its temperature, and the exact times are followed down to
 * where the formula has to hold.
 */
public final class EscapeRateExperiment implements Experiment {
  private static final long PURPOSE = 0x45534341L;
  private static final int REPLICAS = 64;

  /** ηκ in every well. */
  private static final double STEP = 0.1;

  /** Temperatures of the exact times, each 8 % of ΔU or less. */
  private static final double[] COLD = {0.24, 0.18, 0.12};

  @Override
  public String name() {
    return "escape-rate";
  }

  @Override
  public String title() {
    return "Escape rate and curvature";
  }

  @Override
  public String question() {
    return "Four Gaussian wells of equal depth and unequal width: by Eyring and Kramers, sharper"
        + " ones are left sooner, at rates in proportion to √det H. Escapes are counted from each"
        + " well, and compared with exact mean times from the Fokker–Planck operator.";
  }

  @Override
  public Findings run(Setting setting) {
    FourWells wells = new FourWells();
    int n = wells.count();
    double temperature = setting.quick() ? 0.45 : 0.4;
    int events = setting.size(700, 2000);
    int cells = setting.size(120, 180);
    double[] roots = all(n, wells::rootDeterminant);
    double[] exact = exact(setting, wells, temperature, cells);
    double[] stepped =
        all(n, w -> exact[w] * (1 + STEP / roots[w] * wells.slowing(w, temperature)));
    double[] formula = all(n, w -> wells.eyringKramers(w, temperature));
    double[] integrals = all(n, w -> wells.anharmonicity(w, temperature));
    List<Measured> measured = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    for (int w = 0; w < n; w++) {
      Measured time = simulate(setting, wells, w, temperature, events, stepped[w]);
      measured.add(time);
      String well = "escape time, √det H = " + Numbers.plain(roots[w]);
      rows.add(
          new Row(
              well + ", exact at ηκ = " + Numbers.plain(STEP),
              stepped[w],
              time,
              Requirement.within(setting.quick() ? 0.2 : 0.1)));
      rows.add(new Row(well + ", Eyring–Kramers", formula[w], time, Requirement.none()));
    }

    double[] logRates = all(n, w -> -StrictMath.log(measured.get(w).value()));
    double[] errors = all(n, w -> 1 / StrictMath.sqrt(events));
    double[] logRoots = logs(roots);
    double[] logIntegrals = all(n, w -> logRoots[w] - StrictMath.log(integrals[w]));
    Measured simulated = Fits.line(logRoots, logRates, errors).slope();
    rows.add(
        new Row(
            "exponent of the rate on √det H at T = %s, exact".formatted(Numbers.plain(temperature)),
            exponent(roots, stepped),
            simulated,
            Requirement.within(setting.quick() ? 0.2 : 0.1)));
    rows.add(
        new Row(
            "the same on 1/∫exp(−f/T) of the well instead of its parabola's",
            1,
            Fits.line(logIntegrals, logRates, errors).slope(),
            Requirement.within(setting.quick() ? 0.2 : 0.1)));

    double[] exponents = new double[COLD.length];
    double[] ratios = new double[COLD.length];
    for (int c = 0; c < COLD.length; c++) {
      double cold = COLD[c];
      double[] times = exact(setting, wells, cold, cells);
      exponents[c] = exponent(roots, times);
      ratios[c] =
          Arrays.stream(all(n, w -> times[w] / wells.eyringKramers(w, cold))).average().orElse(0);
    }
    rows.add(
        new Row(
            "exponent on √det H as T → 0, from exact times",
            1,
            Measured.exact(Fits.line(COLD, exponents).interceptValue()),
            Requirement.within(0.03)));
    rows.add(
        new Row(
            "exact time over Eyring–Kramers as T → 0, mean of the wells",
            1,
            Measured.exact(Fits.line(COLD, ratios).interceptValue()),
            Requirement.within(0.03)));
    return new Findings(
        rows,
        plots(roots, stepped, formula, measured, exponents, temperature, simulated),
        List.of(
            ("At T = %s, %.0f %% of the barrier, the wells are not yet parabolas: their integrals exceed"
                    + " the Gaussian ones by factors %s to %s, most where the well is narrowest, and"
                    + " so the exponent is below 1. It is the formula's error of order T, not the"
                    + " simulation's.")
                .formatted(
                    Numbers.plain(temperature),
                    100 * temperature / wells.barrier(0),
                    Numbers.plain(StrictMath.rint(100 * integrals[0]) / 100),
                    Numbers.plain(StrictMath.rint(100 * integrals[n - 1]) / 100))));
  }

  private static Measured simulate(
      Setting setting, FourWells wells, int well, double temperature, int events, double exact) {
    double eta = STEP / wells.rootDeterminant(well);
    return Escapes.meanSteps(
            setting,
            PURPOSE + well,
            events,
            seed ->
                LangevinEnsemble.at(
                    wells.landscape(), temperature, eta, wells.at(well), REPLICAS, seed),
            wells.at(well),
            wells.away(well),
            exact / eta)
        .times(eta);
  }

  private static double[] exact(Setting setting, FourWells wells, double temperature, int cells) {
    return setting.workers().map(wells.count(), w -> wells.exact(w, temperature, cells)).stream()
        .mapToDouble(t -> t)
        .toArray();
  }

  private static List<Plot> plots(
      double[] roots,
      double[] exact,
      double[] formula,
      List<Measured> measured,
      double[] exponents,
      double temperature,
      Measured simulated) {
    return List.of(
        new Plot(
            "Escape times of four wells",
            new Plot.Axis("√det H (loss/param²)", true),
            new Plot.Axis("mean escape time (SGD time)", true),
            List.of(
                Plot.Series.line("exact", roots, exact),
                Plot.Series.line("Eyring–Kramers", roots, formula),
                Plot.Series.points("simulated", roots, measured))),
        new Plot(
            "Exponent of the escape rate on √det H",
            new Plot.Axis("temperature (loss)", false),
            new Plot.Axis("exponent", false),
            List.of(
                Plot.Series.line("exact", COLD, exponents),
                Plot.Series.points("simulated", new double[] {temperature}, List.of(simulated)))));
  }

  /** Slope of −log τ on log √det H. */
  private static double exponent(double[] roots, double[] times) {
    return -Fits.powerLaw(roots, times).slopeValue();
  }

  private static double[] logs(double[] values) {
    return Arrays.stream(values).map(StrictMath::log).toArray();
  }

  private static double[] all(int n, IntToDoubleFunction f) {
    double[] values = new double[n];
    Arrays.setAll(values, f);
    return values;
  }
}
