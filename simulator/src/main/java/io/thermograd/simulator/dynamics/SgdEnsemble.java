package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.noise.NoiseModel;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.Optimizer;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.Gaussians;

/**
 * Stochastic gradient descent on a landscape: any noise, any optimizer, any schedule. SGLD is this
 * with {@link OptimizerSettings#sgld}. The momentum of the optimizer stays with a replica whose
 * position the caller changes.
 *
 * <p>Cost: one gradient, one draw of the noise and one update a step and replica. Not thread-safe.
 */
public final class SgdEnsemble extends BlockedEnsemble {

  private SgdEnsemble(double[] start, int replicas, long seed, BlockFactory factory) {
    super(start, replicas, seed, factory);
  }

  /** Replicas that all begin at {@code start}, with the optimizer at rest. */
  public static SgdEnsemble at(
      Landscape landscape,
      NoiseModel noise,
      OptimizerSettings optimizer,
      LearningRate learningRate,
      BatchSizeSchedule batchSize,
      double[] start,
      int replicas,
      long seed) {
    Arguments.dimension("start", start.length, landscape);
    Arguments.dimension("noise", noise.dim(), landscape);
    return new SgdEnsemble(
        start,
        replicas,
        seed,
        (n, random) ->
            new Descent(landscape, noise, optimizer, learningRate, batchSize, n, random));
  }

  private static final class Descent implements Block {
    private final Landscape landscape;
    private final NoiseModel noise;
    private final Optimizer optimizer;
    private final LearningRate learningRate;
    private final BatchSizeSchedule batchSize;
    private final int replicas;
    private final Gaussians random;
    private final double[] x;
    private final double[] delta;

    Descent(
        Landscape landscape,
        NoiseModel noise,
        OptimizerSettings optimizer,
        LearningRate learningRate,
        BatchSizeSchedule batchSize,
        int replicas,
        Gaussians random) {
      this.landscape = landscape;
      this.noise = noise;
      this.learningRate = learningRate;
      this.batchSize = batchSize;
      this.replicas = replicas;
      this.random = random;
      this.x = new double[landscape.dim() * replicas];
      this.delta = new double[x.length];
      this.optimizer = optimizer.create(x.length, random);
    }

    @Override
    public double[] positions() {
      return x;
    }

    @Override
    public void advance(long firstStep, long count) {
      for (long step = firstStep; step < firstStep + count; step++) {
        landscape.gradients(x, replicas, delta);
        noise.add(x, replicas, delta, batchSize.at(step), random);
        optimizer.update(x, delta, learningRate.at(step), delta);
        for (int i = 0; i < x.length; i++) {
          x[i] += delta[i];
        }
      }
    }
  }
}
