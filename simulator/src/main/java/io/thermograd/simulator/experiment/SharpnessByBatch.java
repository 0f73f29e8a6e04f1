package io.thermograd.simulator.experiment;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Lanczos;
import io.thermograd.simulator.model.Mlp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Networks trained from the same starts to the same training loss at the same learning rate, with
 * batches of different size.
 *
 * @param sizes B
 * @param sharpness λ_max of the Hessian over all examples, size by size and seed by seed
 * @param losses reached
 */
@SuppressWarnings("ArrayRecordComponent") // results to show, never compared
record SharpnessByBatch(int[] sizes, double[][] sharpness, double[][] losses, Mlp mlp, double eta) {
  private static final Mlp NETWORK = Mlp.relu(64, 16, 10);
  private static final int LOOK_EVERY = 20;
  private static final long LIMIT = 20_000;

  static SharpnessByBatch of(Setting setting, Dataset data, double eta, double loss) {
    int[] sizes = setting.quick() ? new int[] {8, 128} : new int[] {8, 32, 128, 512};
    int seeds = setting.size(6, 12);
    List<double[]> runs =
        setting
            .workers()
            .map(
                sizes.length * seeds,
                i -> run(data, eta, sizes[i / seeds], loss, setting.seed() * 1_000 + i % seeds));
    double[][] sharpness = new double[sizes.length][seeds];
    double[][] losses = new double[sizes.length][seeds];
    for (int i = 0; i < runs.size(); i++) {
      sharpness[i / seeds][i % seeds] = runs.get(i)[0];
      losses[i / seeds][i % seeds] = runs.get(i)[1];
    }
    return new SharpnessByBatch(sizes, sharpness, losses, NETWORK, eta);
  }

  private static double[] run(Dataset data, double eta, int size, double loss, long seed) {
    Evaluator evaluator = new Evaluator(NETWORK, data);
    float[] theta = DigitsTraining.toLoss(evaluator, eta, size, loss, LIMIT, LOOK_EVERY, seed);
    Curvature at = Curvature.at(NETWORK, data, theta);
    return new double[] {Lanczos.top(at.hessian(), 1, 1e-4, 200).largest(), at.loss()};
  }

  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int s = 0; s < sizes.length; s++) {
      rows.add(
          new Row(
              "λ_max at equal loss, B = " + sizes[s],
              Double.NaN,
              Intervals.mean(sharpness[s]),
              Requirement.none()));
    }
    int seeds = sharpness[0].length;
    double[] slopes = new double[seeds];
    for (int r = 0; r < seeds; r++) {
      double[] x = new double[sizes.length];
      double[] y = new double[sizes.length];
      for (int s = 0; s < sizes.length; s++) {
        x[s] = sizes[s];
        y[s] = sharpness[s][r];
      }
      slopes[r] = Fits.powerLaw(x, y).slopeValue();
    }
    Measured slope = Intervals.mean(slopes);
    rows.add(
        new Row(
            "slope of log λ_max on log B, same start",
            Double.NaN,
            slope,
            Requirement.between(0, Double.POSITIVE_INFINITY)));
    return rows;
  }

  Plot plot() {
    double[] x = Arrays.stream(sizes).asDoubleStream().toArray();
    return new Plot(
        "Sharpness of solutions of equal loss",
        new Plot.Axis("batch size B, examples", true),
        new Plot.Axis("λ_max, loss/param²", false),
        List.of(
            Plot.Series.points(
                "%d starts each".formatted(sharpness[0].length),
                x,
                Arrays.stream(sharpness).map(Intervals::mean).toList())));
  }

  List<String> remarks() {
    StringBuilder reached = new StringBuilder();
    for (int s = 0; s < sizes.length; s++) {
      reached.append(
          "%s%.4f (B = %d)"
              .formatted(s == 0 ? "" : ", ", Intervals.mean(losses[s]).value(), sizes[s]));
    }
    return List.of(
        "Sharpness: %s networks, η = %s, all from the same starts; mean losses reached: %s."
            .formatted(NoiseCurvatureExperiment.name(mlp), Numbers.plain(eta), reached));
  }
}
