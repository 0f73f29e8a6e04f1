package io.thermograd.simulator.train;

import io.thermograd.simulator.model.Evaluator;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains one network by a {@link TrainingPlan}. The same θ, plan and seed give the same bits.
 * Values that overflow stay in the state as IEEE arithmetic has them; nothing is thrown for them.
 *
 * <p>Not thread-safe.
 */
public final class Trainer {
  private final Evaluator evaluator;
  private final TrainingPlan plan;
  private final BatchSampler sampler;
  private final float[] theta;
  private final float[] velocity;
  private final float[] update;
  private final float[] meanGradient;
  private final float[][] gradients;
  private final double[] losses;
  private final int[] batch;

  /**
   * @param theta where to start; copied
   * @param seed of the choice of examples
   */
  public Trainer(Evaluator evaluator, float[] theta, TrainingPlan plan, long seed) {
    int n = evaluator.data().size();
    if (plan.sampling() == SamplingScheme.WITHOUT_REPLACEMENT && plan.batchSize() > n) {
      throw new IllegalArgumentException(
          "batch size should be at most the data set's %d examples: was %d"
              .formatted(n, plan.batchSize()));
    }
    this.evaluator = evaluator;
    this.plan = plan;
    this.sampler = BatchSampler.of(plan.sampling(), n, seed);
    this.theta = theta.clone();
    this.velocity = new float[theta.length];
    this.update = new float[theta.length];
    this.meanGradient = new float[theta.length];
    this.gradients = new float[plan.microBatches()][theta.length];
    this.losses = new double[plan.microBatches()];
    this.batch = new int[plan.batchSize()];
  }

  /**
   * Takes the plan's steps, calling {@code observer} in each, until the budget is used up, the
   * plan's patience with non-finite values ends, or {@code stop} says so before a step.
   */
  public TrainingResult run(Consumer<StepView> observer, BooleanSupplier stop) {
    long firstNonFinite = -1;
    for (long step = 0; step < plan.steps(); step++) {
      if (stop.getAsBoolean()) {
        return new TrainingResult(
            TrainingResult.Ending.STOPPED, step, firstNonFinite, theta.clone());
      }
      if (firstNonFinite >= 0 && step - firstNonFinite > plan.stepsAfterNonFinite()) {
        return new TrainingResult(
            TrainingResult.Ending.NON_FINITE, step, firstNonFinite, theta.clone());
      }
      StepView view = evaluate(step);
      if (firstNonFinite < 0 && !isFinite(view)) {
        firstNonFinite = step;
      }
      observer.accept(view);
      for (int p = 0; p < theta.length; p++) {
        theta[p] += update[p];
      }
    }
    TrainingResult.Ending ending =
        firstNonFinite < 0 ? TrainingResult.Ending.COMPLETED : TrainingResult.Ending.NON_FINITE;
    return new TrainingResult(ending, plan.steps(), firstNonFinite, theta.clone());
  }

  private StepView evaluate(long step) {
    sampler.next(batch);
    int b = plan.microBatchSize();
    for (int j = 0; j < gradients.length; j++) {
      losses[j] = evaluator.gradient(theta, batch, j * b, (j + 1) * b, gradients[j]);
    }
    double eta = plan.learningRate().at(step);
    average();
    float beta = (float) plan.momentum();
    float rate = (float) eta;
    for (int p = 0; p < theta.length; p++) {
      velocity[p] = beta * velocity[p] + meanGradient[p];
      update[p] = -rate * velocity[p];
    }
    return new StepView(step, eta, losses, gradients, meanGradient, theta, update);
  }

  private void average() {
    float share = 1f / gradients.length;
    System.arraycopy(gradients[0], 0, meanGradient, 0, theta.length);
    for (int j = 1; j < gradients.length; j++) {
      float[] g = gradients[j];
      for (int p = 0; p < theta.length; p++) {
        meanGradient[p] += g[p];
      }
    }
    for (int p = 0; p < theta.length; p++) {
      meanGradient[p] *= share;
    }
  }

  private static boolean isFinite(StepView view) {
    return Double.isFinite(view.loss()) && Norms.nonFinite(view.meanGradient()) == 0;
  }
}
