package io.thermograd.simulator.experiment;

import io.thermograd.simulator.data.BreastCancer;
import io.thermograd.simulator.model.LogisticRegression;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.theory.StationaryCovariance;
import io.thermograd.theory.Temperature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The thermal energy of logistic regression on the breast cancer data: SGD from the exact minimum,
 * against the Lyapunov equation with the exact H and Σ there.
 */
final class RealModelTemperature {
  private static final double PENALTY = 0.05;
  private static final int FEATURES = 10; // the means; the others repeat them
  private static final int PER_BATCH = 80; // B/η along the line of equal temperature
  private static final int CHAINS = 12;

  /** How the B examples of a step are chosen. */
  private enum Draw {
    INDEPENDENT("with replacement"),
    DISTINCT("distinct"),
    EPOCHS("shuffled epochs");

    final String text;

    Draw(String text) {
      this.text = text;
    }
  }

  private final Setting setting;
  private final String experiment;
  private final LogisticRegression model;
  private final double[] optimum;
  private final double[][] hessian;
  private final double[][] sigma;
  private final double lowest;

  RealModelTemperature(Setting setting, String experiment) {
    this.setting = setting;
    this.experiment = experiment;
    this.model =
        new LogisticRegression(
            BreastCancer.load().features(0, FEATURES).standardised().withBias(), PENALTY);
    this.optimum = model.optimum();
    this.hessian = model.hessian(optimum);
    this.sigma = model.noiseCovariance(optimum);
    this.lowest = model.loss(optimum);
  }

  /** Adds rows and returns the picture. */
  Plot run(List<Row> rows) {
    double[] etas = {0.1, 0.4, 1.6, 3.2};
    List<Measured> measured = new ArrayList<>();
    // The chains' sampling error is about 1.3 % in quick runs and 0.6 % in full ones; that the
    // loss is not quadratic adds about 2 %.
    Requirement required = Requirement.within(setting.quick() ? 0.08 : 0.05);
    double[] exact = new double[etas.length];
    for (int k = 0; k < etas.length; k++) {
      int batch = batch(etas[k]);
      exact[k] = predicted(etas[k], batch, 1) / thermalEnergy(etas[k], batch, 1);
      measured.add(row(etas[k], batch, Draw.INDEPENDENT, required, k, rows));
    }
    Measured distinct = row(3.2, batch(3.2), Draw.DISTINCT, required, 10, rows);
    Measured epochs = row(0.8, batch(0.8), Draw.EPOCHS, Requirement.none(), 11, rows);
    double[] x = new double[80];
    double[] line = new double[x.length];
    double[] rule = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = 0.08 * StrictMath.pow(4 / 0.08, i / (x.length - 1.0));
      line[i] = predicted(x[i], 1, 1) / thermalEnergy(x[i], 1, 1);
      rule[i] = 1;
    }
    return new Plot(
        "Equal η/B on logistic regression, breast cancer data",
        new Plot.Axis("η (B = %d η)".formatted(PER_BATCH), true),
        new Plot.Axis("excess loss/thermal energy of c = 1", false),
        List.of(
            Plot.Series.line("exact H and Σ, quadratic loss", x, line),
            Plot.Series.line("linear scaling rule", x, rule),
            Plot.Series.points(Draw.INDEPENDENT.text, etas, measured),
            Plot.Series.points(Draw.DISTINCT.text, new double[] {3.2}, List.of(distinct)),
            Plot.Series.points(Draw.EPOCHS.text, new double[] {0.8}, List.of(epochs))));
  }

  /** Excess loss over the thermal energy of independent draws, measured and predicted. */
  private Measured row(
      double eta, int batch, Draw draw, Requirement requirement, int number, List<Row> rows) {
    double unit = thermalEnergy(eta, batch, 1);
    double c =
        draw == Draw.INDEPENDENT ? 1 : Temperature.finitePopulationFactor(model.examples(), batch);
    Measured measured = excess(eta, batch, draw, number).times(1 / unit);
    rows.add(
        new Row(
            "logistic regression: excess loss/thermal energy, η = %s, B = %d, %s"
                .formatted(Numbers.plain(eta), batch, draw.text),
            predicted(eta, batch, c) / unit,
            measured,
            requirement));
    return measured;
  }

  /** L − L* averaged over independent chains. */
  private Measured excess(double eta, int batch, Draw draw, int number) {
    // Longest memory 1/κ ≤ 1/penalty; twelve chains of 120 memories each in a quick run.
    double memory = 1 / PENALTY;
    long steps = Math.round(setting.size(120, 600) * memory / eta);
    long discarded = Math.round(8 * memory / eta);
    int every = (int) Math.max(1, Math.rint(1.5 / eta));
    List<Double> means =
        setting
            .workers()
            .map(
                CHAINS,
                chain -> {
                  SplitMix64 random =
                      new SplitMix64(setting.seed(experiment, 1_000_000L + 1000L * number + chain));
                  int[] order = new int[model.examples()];
                  Arrays.setAll(order, i -> i);
                  int used = order.length;
                  double[] theta = optimum.clone();
                  double[] gradient = new double[theta.length];
                  int[] examples = new int[batch];
                  double sum = 0;
                  int looks = 0;
                  for (long s = 0; s < discarded + steps; s++) {
                    used = choose(draw, order, used, examples, random);
                    model.gradient(theta, examples, 0, batch, gradient);
                    for (int j = 0; j < theta.length; j++) {
                      theta[j] -= eta * gradient[j];
                    }
                    if (s >= discarded && s % every == 0) {
                      sum += model.loss(theta) - lowest;
                      looks++;
                    }
                  }
                  return sum / looks;
                });
    return Intervals.mean(means.stream().mapToDouble(m -> m).toArray());
  }

  /** Fills {@code examples}; returns how much of the epoch is used up. */
  private static int choose(Draw draw, int[] order, int used, int[] examples, SplitMix64 random) {
    int n = order.length;
    int b = examples.length;
    if (draw == Draw.INDEPENDENT) {
      Arrays.setAll(examples, i -> random.nextInt(n));
      return n;
    }
    int first = used;
    if (draw == Draw.DISTINCT || used + b > n) {
      first = 0;
      if (draw == Draw.EPOCHS) {
        random.shuffle(order);
      } else {
        for (int i = 0; i < b; i++) { // the first b of a shuffle
          int j = i + random.nextInt(n - i);
          int kept = order[i];
          order[i] = order[j];
          order[j] = kept;
        }
      }
    }
    System.arraycopy(order, first, examples, 0, b);
    return first + b;
  }

  private double predicted(double eta, double batch, double c) {
    return StationaryCovariance.excessLoss(
        hessian,
        StationaryCovariance.sgd(hessian, StationaryCovariance.batchNoise(sigma, c, batch), eta));
  }

  private double thermalEnergy(double eta, double batch, double c) {
    double trace = 0;
    for (int i = 0; i < sigma.length; i++) {
      trace += sigma[i][i];
    }
    return Temperature.thermalEnergy(eta, c, trace, batch);
  }

  private static int batch(double eta) {
    return (int) Math.rint(eta * PER_BATCH);
  }
}
