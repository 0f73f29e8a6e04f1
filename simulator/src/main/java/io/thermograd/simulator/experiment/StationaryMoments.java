package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.Ensemble;
import io.thermograd.simulator.dynamics.SgdEnsemble;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.noise.NoiseModel;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Measures E[xxᵀ] of an optimizer around a minimum at the origin, which has to be the stationary
 * mean.
 *
 * @param memory steps in which fluctuations are forgotten; 20 times as many are thrown away first,
 *     and one look is taken in each
 */
record StationaryMoments(
    Landscape landscape,
    NoiseModel noise,
    OptimizerSettings optimizer,
    double learningRate,
    int batchSize,
    int memory) {
  private static final int PARTS = 24;
  private static final int BLOCK_VALUES = 512; // replicas advance in blocks of about this many

  /**
   * Estimates from independent parts, row by row, together from about {@code samples} looks at
   * single replicas.
   *
   * @param experiment whose numbers are drawn
   * @param number of the case within the experiment, below 10⁶
   */
  List<double[]> measure(Setting setting, String experiment, int number, int samples) {
    int dim = landscape.dim();
    int replicas = BLOCK_VALUES / dim;
    int looks = Math.max(1, samples / (PARTS * replicas));
    return setting
        .workers()
        .map(
            PARTS,
            part -> {
              Ensemble ensemble =
                  SgdEnsemble.at(
                      landscape,
                      noise,
                      optimizer,
                      LearningRate.constant(learningRate),
                      BatchSizeSchedule.constant(batchSize),
                      new double[dim],
                      replicas,
                      setting.seed(experiment, 1000L * number + part));
              ensemble.step(20L * memory);
              double[] sums = new double[dim * dim];
              for (int look = 0; look < looks; look++) {
                ensemble.step(memory);
                addProducts(ensemble, sums);
              }
              return DoubleStream.of(sums).map(s -> s / ((double) looks * replicas)).toArray();
            });
  }

  private static void addProducts(Ensemble ensemble, double[] sums) {
    int dim = ensemble.dim();
    int n = ensemble.replicas();
    double[] x = ensemble.positions();
    for (int i = 0; i < dim; i++) {
      for (int j = 0; j < dim; j++) {
        double sum = 0;
        for (int r = 0; r < n; r++) {
          sum += x[i * n + r] * x[j * n + r];
        }
        sums[i * dim + j] += sum;
      }
    }
  }
}
