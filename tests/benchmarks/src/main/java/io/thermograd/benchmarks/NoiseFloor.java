package io.thermograd.benchmarks;

import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.proto.RunStarted;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A run at its noise floor, {@value #K} dimensions and {@value #MICRO_BATCHES} micro-batches: white
 * gradients, which are made once and repeated, and AR(1) parameters and losses, which are not.
 */
final class NoiseFloor {
  static final int K = 1024;
  static final int MICRO_BATCHES = 4;
  static final RunSettings SETTINGS =
      RunSettings.of(RunStarted.Optimizer.MOMENTUM)
          .withMomentum(0.9)
          .withDatasetSize(50_000)
          .withSketchDim(K);
  private static final int CYCLE = 512;
  private static final double MEMORY = 0.9;

  private final SplittableRandom random;
  private final float[][][] gradients = new float[CYCLE][MICRO_BATCHES][K];
  private final double[][] sqnorms = new double[CYCLE][MICRO_BATCHES];
  private final int[] examples = new int[MICRO_BATCHES];
  private float[] theta = new float[K];
  private double wander;
  private long step;

  NoiseFloor(long seed) {
    random = new SplittableRandom(seed);
    Arrays.fill(examples, 16);
    for (int s = 0; s < CYCLE; s++) {
      for (int j = 0; j < MICRO_BATCHES; j++) {
        for (int i = 0; i < K; i++) {
          float g = (float) random.nextGaussian();
          gradients[s][j][i] = g;
          sqnorms[s][j] += (double) g * g;
        }
      }
    }
  }

  TrainingStep next() {
    int at = (int) (step % CYCLE);
    float[] moved = new float[K];
    for (int i = 0; i < K; i++) {
      moved[i] = (float) (MEMORY * theta[i] + (1 - MEMORY) * random.nextGaussian());
    }
    theta = moved;
    wander = MEMORY * wander + (1 - MEMORY) * random.nextGaussian();
    TrainingStep next =
        TrainingStep.at(step, step)
            .loss(1 + wander)
            .learningRate(0.1)
            .batchSize(16L * MICRO_BATCHES)
            .examples(examples)
            .sqnorms(sqnorms[at])
            .sketches(gradients[at])
            .motion(new Motion(moved, null, null))
            .build();
    step++;
    return next;
  }
}
