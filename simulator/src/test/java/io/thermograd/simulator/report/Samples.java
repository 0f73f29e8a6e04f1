package io.thermograd.simulator.report;

import io.thermograd.simulator.experiment.Experiment;
import io.thermograd.simulator.experiment.Findings;
import io.thermograd.simulator.experiment.Measured;
import io.thermograd.simulator.experiment.Plot;
import io.thermograd.simulator.experiment.Plot.Axis;
import io.thermograd.simulator.experiment.Plot.Series;
import io.thermograd.simulator.experiment.Requirement;
import io.thermograd.simulator.experiment.Row;
import io.thermograd.simulator.experiment.Setting;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Experiments whose findings are made up, with everything that a report has to show. */
final class Samples {
  private Samples() {}

  record Fake(String name, String title, String question, Function<Setting, Findings> findings)
      implements Experiment {
    @Override
    public Findings run(Setting setting) {
      return findings.apply(setting);
    }
  }

  static Experiment passing() {
    return new Fake(
        "escape",
        "Escape <times> & \"rates\"",
        "The mean time to leave a well is τ = 2π/√(U″(a)|U″(b)|)·exp(ΔU/T) by Kramers; it is"
            + " measured on independent replicas that all begin at the minimum.",
        setting ->
            new Findings(
                List.of(
                    new Row("slope ΔU", 0.25, Measured.normal(0.2519, 0.002), within(0.03)),
                    new Row("τ at T = 0.05", 659.3, Measured.normal(641, 12), within(0.15)),
                    new Row("time to the saddle", 329.6, Measured.normal(322, 9), covers(2)),
                    new Row("wrong: without ½", 1318.6, Measured.normal(641, 12), none()),
                    new Row("coverage", Double.NaN, Measured.exact(0.944), between(0.93, 0.97)),
                    new Row("gap", Double.NaN, Measured.exact(1e-7), Requirement.atMost(1e-6)),
                    new Row("no escape", 1e9, new Measured(inf(), 3.2e7, inf()), none())),
                List.of(arrhenius(), stability()),
                List.of(
                    "At the warmest temperature the barrier is only 2.5 T, where <Kramers> fails.")));
  }

  static Experiment failing() {
    return new Fake(
        "scaling",
        "Linear scaling",
        "Whether η/B alone decides.",
        setting ->
            new Findings(
                List.of(
                    new Row("far", 1, Measured.normal(2, 0.01), within(0.03)),
                    new Row("near", 1, Measured.normal(0.99, 0.01), within(0.03)),
                    new Row("nothing", 1, Measured.exact(Double.NaN), covers(2))),
                List.of(histogram()),
                List.of()));
  }

  static Experiment broken() {
    return new Fake(
        "broken",
        "One that throws",
        "What then?",
        setting -> {
          throw new IllegalStateException("there is no minimum");
        });
  }

  private static Plot arrhenius() {
    double[] t = {0.04, 0.05, 0.06, 0.08, 0.1};
    double[] inverse = DoubleStream.of(t).map(x -> 1 / x).toArray();
    double[] tau = DoubleStream.of(inverse).map(x -> 4.44 * Math.exp(0.25 * x)).toArray();
    List<Measured> measured =
        IntStream.range(0, t.length)
            .mapToObj(i -> Measured.normal(tau[i] * (1 + 0.06 * Math.sin(9 * i)), 0.05 * tau[i]))
            .toList();
    List<Measured> half = measured.stream().map(m -> m.times(0.5)).toList();
    double[] halfTau = DoubleStream.of(tau).map(x -> x / 2).toArray();
    return new Plot(
        "Arrhenius plot of a double well",
        new Axis("1/T (1/loss)", false),
        new Axis("mean time τ (SGD time)", true),
        List.of(
            Series.line("Eyring–Kramers, out of the well", inverse, tau),
            Series.points("out of the well", inverse, measured),
            Series.line("half of it", inverse, halfTau),
            Series.points("to the saddle", inverse, half)));
  }

  private static Plot stability() {
    double[] x = IntStream.range(1, 200).mapToDouble(i -> i / 100.0).toArray();
    double[] exact = DoubleStream.of(x).map(a -> a / (2 - a)).toArray();
    double[] linear = DoubleStream.of(x).map(a -> a / 2).toArray();
    double[] at = {0.01, 0.1, 0.5, 1, 1.5, 1.8};
    List<Measured> measured =
        DoubleStream.of(at).mapToObj(a -> Measured.normal(a / (2 - a), 0.03 * a)).toList();
    return new Plot(
        "Variance against step size",
        new Axis("ηκ", true),
        new Axis("κ Var/σ²", true),
        List.of(
            Series.line("exact, 1/(2 − ηκ)", x, exact),
            Series.line("continuous time", x, linear),
            Series.points("measured", at, measured)));
  }

  private static Plot histogram() {
    double[] x = IntStream.range(0, 120).mapToDouble(i -> -3 + i / 20.0).toArray();
    double[] y = DoubleStream.of(x).map(a -> 0.4 * Math.exp(-a * a / 2)).toArray();
    List<Measured> measured = DoubleStream.of(y).mapToObj(a -> Measured.normal(a, 0.01)).toList();
    return new Plot(
        "Density",
        new Axis("x", false),
        new Axis("p(x)", false),
        List.of(Series.line("Gibbs", x, y), Series.points("particles", x, measured)));
  }

  private static double inf() {
    return Double.POSITIVE_INFINITY;
  }

  private static Requirement within(double tolerance) {
    return Requirement.within(tolerance);
  }

  private static Requirement covers(double arms) {
    return Requirement.covers(arms);
  }

  private static Requirement between(double low, double high) {
    return Requirement.between(low, high);
  }

  private static Requirement none() {
    return Requirement.none();
  }
}
