package io.thermograd.simulator.train;

import io.thermograd.simulator.optimize.Optimizer;
import io.thermograd.simulator.random.Ziggurat;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains by a {@link TrainingPlan}: θ is kept in float64 and rounded to float32 for every look at
 * it, so that gradients are taken at the very parameters that are reported. The same source, θ,
 * plan and seed give the same bits. Values that overflow stay in the state as IEEE arithmetic has
 * them; nothing is thrown for them.
 *
 * <p>Not thread-safe.
 */
public final class Trainer {
  private static final long OPTIMIZER_NOISE = 0x4F5054494DL;

  private final GradientSource source;
  private final TrainingPlan plan;
  private final Optimizer optimizer;
  private final double[] theta;
  private final double[] update;
  private final double[] meanGradient;
  private final float[][] gradients;
  private final double[] losses;
  private final float[][] replicas;

  /**
   * @param theta where to start; copied
   * @param seed of the optimizer's own noise, if it has any
   */
  public Trainer(GradientSource source, double[] theta, TrainingPlan plan, long seed) {
    int n = source.examples();
    int largest = plan.batches().largest();
    if (source.sampling() == SamplingScheme.WITHOUT_REPLACEMENT && largest > n) {
      throw new IllegalArgumentException(
          "batch size should be at most the data set's %d examples: was %d".formatted(n, largest));
    }
    if (theta.length != source.parameterCount()) {
      throw new IllegalArgumentException(
          "theta should have %d elements: had %d".formatted(source.parameterCount(), theta.length));
    }
    this.source = source;
    this.plan = plan;
    this.optimizer = plan.optimizer().create(theta.length, Ziggurat.stream(seed, OPTIMIZER_NOISE));
    this.theta = theta.clone();
    this.update = new double[theta.length];
    this.meanGradient = new double[theta.length];
    this.gradients = new float[plan.batches().microBatches()][theta.length];
    this.losses = new double[gradients.length];
    this.replicas = new float[plan.batches().ranks()][theta.length];
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
    distribute(step);
    int size = plan.batches().microBatchSize().at(step);
    source.next(gradients.length, size);
    for (int j = 0; j < gradients.length; j++) {
      losses[j] = source.gradient(j, replicas[j / plan.batches().perRank()], gradients[j]);
    }
    breakGradients(step);
    average();
    double eta = plan.learningRate().at(step);
    optimizer.update(theta, meanGradient, eta, update);
    double noise = updateNoise(optimizer.gain());
    addPenalty();
    return new StepView(
        step,
        eta,
        size,
        losses,
        gradients,
        meanGradient,
        replicas,
        update,
        optimizer.preconditioner(),
        noise);
  }

  /** The contrasts are orthonormal combinations: their squares are those about the mean. */
  private double updateNoise(double[] gain) {
    if (gain.length == 0 || gradients.length < 2) {
      return Double.NaN;
    }
    double sum = 0;
    for (float[] g : gradients) {
      for (int p = 0; p < gain.length; p++) {
        double d = g[p] - meanGradient[p];
        sum += gain[p] * d * d;
      }
    }
    return sum / (gradients.length - 1);
  }

  /** Gives every rank the parameters, but those that miss them. */
  private void distribute(long step) {
    for (int p = 0; p < theta.length; p++) {
      replicas[0][p] = (float) theta[p];
    }
    for (int r = 1; r < replicas.length; r++) {
      int rank = r;
      boolean stale =
          plan.faults().stream()
              .anyMatch(f -> f instanceof Fault.StaleRank s && s.rank() == rank && s.holds(step));
      if (!stale) {
        System.arraycopy(replicas[0], 0, replicas[r], 0, theta.length);
      }
    }
  }

  private void breakGradients(long step) {
    for (Fault fault : plan.faults()) {
      if (fault instanceof Fault.NonFinite broken && broken.step() == step) {
        gradients[broken.microBatch()][broken.element()] = Float.NaN;
      }
    }
  }

  private void average() {
    Arrays.fill(meanGradient, 0);
    for (float[] g : gradients) {
      for (int p = 0; p < meanGradient.length; p++) {
        meanGradient[p] += g[p];
      }
    }
    for (int p = 0; p < meanGradient.length; p++) {
      meanGradient[p] /= gradients.length;
    }
  }

  /** The optimizer adds its penalty itself; whoever watches is to see the gradient it used. */
  private void addPenalty() {
    double l2 = plan.optimizer().l2();
    if (l2 == 0) {
      return;
    }
    for (int j = 0; j < gradients.length; j++) {
      float[] at = replicas[j / plan.batches().perRank()];
      losses[j] += 0.5 * l2 * Norms.sqnorm(at);
      for (int p = 0; p < at.length; p++) {
        gradients[j][p] += (float) (l2 * at[p]);
      }
    }
    for (int p = 0; p < theta.length; p++) {
      meanGradient[p] += l2 * theta[p];
    }
  }

  private static boolean isFinite(StepView view) {
    return Double.isFinite(view.loss()) && Norms.nonFinite(view.meanGradient()) == 0;
  }
}
