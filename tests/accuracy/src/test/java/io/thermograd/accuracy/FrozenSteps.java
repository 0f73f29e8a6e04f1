package io.thermograd.accuracy;

import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.train.BatchSampler;

/**
 * What a trainer at frozen parameters would send, step by step. Norms come from the Gram matrix,
 * sketches as means of the examples' sketches: the same numbers as from gradients of length P, but
 * cheap enough for hundreds of thousands of steps.
 */
final class FrozenSteps {
  private static final int M = FrozenDigits.MICRO_BATCHES;
  private static final int B = FrozenDigits.MICRO_BATCH_SIZE;

  private final FrozenDigits digits;
  private final float[][] exampleSketches;
  private final BatchSampler sampler;
  private final int[] batch = new int[M * B];
  private final double[] products = new double[M * M];
  private long step;

  /**
   * @param exampleSketches a sketch of every example's gradient; empty to send norms only
   */
  FrozenSteps(FrozenDigits digits, float[][] exampleSketches, Draws draws, long seed) {
    this.digits = digits;
    this.exampleSketches = exampleSketches;
    this.sampler = draws.sampler(digits.size(), seed);
  }

  TrainingStep next() {
    sampler.next(batch);
    double[] sqnorms = new double[M];
    double gradSqnorm = microBatchProducts() / (M * M);
    int[] examples = new int[M];
    for (int j = 0; j < M; j++) {
      sqnorms[j] = products[j * M + j];
      examples[j] = B;
    }
    double loss = 0;
    for (int i : batch) {
      loss += digits.loss(i) / batch.length;
    }
    long now = step++;
    return TrainingStep.at(now, now * 0.01)
        .loss(loss)
        .learningRate(0.01)
        .batchSize(batch.length)
        .examples(examples)
        .sqnorms(sqnorms)
        .sketches(sketches())
        .gradSqnorm(gradSqnorm)
        .build();
  }

  /** Fills in every g_j·g_l and returns their sum. */
  private double microBatchProducts() {
    double total = 0;
    for (int j = 0; j < M; j++) {
      for (int l = 0; l <= j; l++) {
        double sum = 0;
        for (int a = j * B; a < (j + 1) * B; a++) {
          float[] row = digits.products(batch[a]);
          for (int c = l * B; c < (l + 1) * B; c++) {
            sum += row[batch[c]];
          }
        }
        products[j * M + l] = sum / (B * B);
        total += (j == l ? 1 : 2) * products[j * M + l];
      }
    }
    return total;
  }

  private float[][] sketches() {
    float[][] all = exampleSketches;
    if (all.length == 0) {
      return all;
    }
    float[][] sketches = new float[M][all[0].length];
    for (int e = 0; e < batch.length; e++) {
      float[] target = sketches[e / B];
      float[] source = all[batch[e]];
      for (int i = 0; i < target.length; i++) {
        target[i] += source[i];
      }
    }
    for (float[] sketch : sketches) {
      for (int i = 0; i < sketch.length; i++) {
        sketch[i] *= 1f / B;
      }
    }
    return sketches;
  }
}
