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
import java.util.concurrent.atomic.AtomicReference;

/** Plain SGD of a network from a random start, in shuffled epochs. Everything by the seed. */
final class DigitsTraining {
  private DigitsTraining() {}

  /** θ after a number of steps. */
  static float[] steps(Evaluator evaluator, double eta, int batch, long steps, long seed) {
    return trainer(evaluator, eta, batch, steps, seed).run(step -> {}, () -> false).rounded();
  }

  /**
   * The first θ, looked at every {@code every} steps, whose loss over the whole data set is at most
   * {@code loss}; after {@code limit} steps the one that there is.
   */
  static float[] toLoss(
      Evaluator evaluator, double eta, int batch, double loss, long limit, int every, long seed) {
    AtomicReference<float[]> found = new AtomicReference<>();
    TrainingResult last =
        trainer(evaluator, eta, batch, limit, seed)
            .run(
                step -> {
                  if (step.step() % every == 0 && evaluator.loss(step.theta()) <= loss) {
                    found.set(step.theta().clone());
                  }
                },
                () -> found.get() != null);
    float[] theta = found.get();
    return theta == null ? last.rounded() : theta;
  }

  private static Trainer trainer(
      Evaluator evaluator, double eta, int batch, long limit, long seed) {
    float[] start = evaluator.mlp().initialise(seed);
    double[] theta = new double[start.length];
    for (int p = 0; p < theta.length; p++) {
      theta[p] = start[p];
    }
    TrainingPlan plan =
        TrainingPlan.of(
            OptimizerSettings.sgd(), LearningRate.constant(eta), Batches.of(1, batch), limit);
    return new Trainer(
        new ObjectiveSource(evaluator, SamplingScheme.WITHOUT_REPLACEMENT, seed),
        theta,
        plan,
        seed);
  }
}
