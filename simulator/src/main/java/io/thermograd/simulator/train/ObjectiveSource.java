package io.thermograd.simulator.train;

import io.thermograd.simulator.model.Layer;
import io.thermograd.simulator.model.Objective;
import io.thermograd.simulator.model.SymmetricOperator;
import java.util.List;

/** Gradients of a model on data. */
public final class ObjectiveSource implements GradientSource {
  private final Objective objective;
  private final SamplingScheme sampling;
  private final BatchSampler sampler;
  private int[] batch = new int[0];
  private int size;

  /**
   * @param seed of the choice of examples
   */
  public ObjectiveSource(Objective objective, SamplingScheme sampling, long seed) {
    this(objective, sampling, BatchSampler.of(sampling, objective.examples(), seed));
  }

  /**
   * @param sampling what the run says about its sampler, which need not be true
   * @param sampler what it does
   */
  public ObjectiveSource(Objective objective, SamplingScheme sampling, BatchSampler sampler) {
    this.objective = objective;
    this.sampling = sampling;
    this.sampler = sampler;
  }

  @Override
  public int parameterCount() {
    return objective.parameterCount();
  }

  @Override
  public List<Layer> layers() {
    return objective.layers();
  }

  @Override
  public int examples() {
    return objective.examples();
  }

  @Override
  public SamplingScheme sampling() {
    return sampling;
  }

  @Override
  public void next(int microBatches, int newSize) {
    size = newSize;
    int length = Math.multiplyExact(microBatches, size);
    if (batch.length != length) {
      batch = new int[length];
    }
    sampler.next(batch);
  }

  @Override
  public double gradient(int j, float[] theta, float[] gradient) {
    return objective.gradient(theta, batch, j * size, (j + 1) * size, gradient);
  }

  @Override
  public SymmetricOperator hessian(float[] theta) {
    return objective.hessian(theta);
  }
}
