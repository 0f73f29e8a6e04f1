package io.thermograd.simulator.experiment;

import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ObjectiveSource;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Trainer;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.simulator.train.TrainingResult;

/** Plain SGD of a network from a random start, in shuffled epochs. Everything by the seed. */
final class DigitsTraining {
  private DigitsTraining() {}

  /** θ after a number of steps. */
  static float[] steps(Evaluator evaluator, double eta, int batch, long steps, long seed) {
    return train(evaluator, eta, batch, steps, seed, Double.NEGATIVE_INFINITY, 1).rounded();
  }

  /**
   * Trains until the loss over the whole data set, looked at every {@code every} steps, is at most
   * {@code loss}, or for {@code limit} steps: the result's steps say which.
   */
  static TrainingResult toLoss(
      Evaluator evaluator, double eta, int batch, double loss, long limit, int every, long seed) {
    return train(evaluator, eta, batch, limit, seed, loss, every);
  }

  private static TrainingResult train(
      Evaluator evaluator, double eta, int batch, long limit, long seed, double loss, int every) {
    float[] start = evaluator.mlp().initialise(seed);
    double[] theta = new double[start.length];
    for (int p = 0; p < theta.length; p++) {
      theta[p] = start[p];
    }
    TrainingPlan plan =
        TrainingPlan.of(
            OptimizerSettings.sgd(), LearningRate.constant(eta), Batches.of(1, batch), limit);
    ObjectiveSource source =
        new ObjectiveSource(evaluator, SamplingScheme.WITHOUT_REPLACEMENT, seed);
    boolean[] reached = new boolean[1];
    boolean watched = loss > Double.NEGATIVE_INFINITY;
    return new Trainer(source, theta, plan, seed)
        .run(
            step -> {
              if (watched && step.step() % every == 0) {
                reached[0] = evaluator.loss(step.theta()) <= loss;
              }
            },
            () -> reached[0]);
  }
}
