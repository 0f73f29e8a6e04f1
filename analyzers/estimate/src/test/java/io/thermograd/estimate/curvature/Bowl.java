package io.thermograd.estimate.curvature;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.TrainingStep;
import java.util.SplittableRandom;

/** Mini-batch SGD on ½Σκ_iθ_i², whole vectors, four micro-batches of b examples. */
final class Bowl {
  private static final int M = 4;

  private final double[] curvatures;
  private final double[] sds;
  private final double eta;
  private final double beta;
  private final boolean nesterov;
  private final float[][] population;
  private final int b;
  private final SplittableRandom random;
  private final double[] theta;
  private final double[] velocity;
  private final int[] order;
  private int used;
  private long step;

  /** Σ_t DᵀHD and Σ_t‖D‖² of the updates so far, and the naive Σ_t⟨D_t, ḡ_{t+1} − ḡ_t⟩. */
  double curved;

  double squares;
  double naive;
  private final double[] lastMean;
  private final double[] lastUpdate;
  boolean sendParameters = true;

  /**
   * @param sds of one example's gradient, along each axis
   * @param examples n to shuffle in epochs; 0 for independent draws
   */
  Bowl(
      double[] curvatures,
      double[] sds,
      double eta,
      double beta,
      boolean nesterov,
      int examples,
      int b,
      long seed) {
    this.curvatures = curvatures;
    this.sds = sds;
    this.eta = eta;
    this.beta = beta;
    this.nesterov = nesterov;
    this.b = b;
    this.random = new SplittableRandom(seed);
    int p = curvatures.length;
    this.theta = new double[p];
    this.velocity = new double[p];
    this.lastMean = new double[p];
    this.lastUpdate = new double[p];
    this.population = new float[examples][];
    double[] mean = new double[p];
    for (int i = 0; i < examples; i++) {
      population[i] = Draws.normal(random, new double[p], sds, 1);
      for (int x = 0; x < p; x++) {
        mean[x] += population[i][x] / examples;
      }
    }
    this.order = new int[examples];
    for (int i = 0; i < examples; i++) {
      order[i] = i;
      for (int x = 0; x < p; x++) {
        population[i][x] -= (float) mean[x];
      }
    }
    this.used = examples;
  }

  TrainingStep next() {
    int p = curvatures.length;
    float[][] g = new float[M][p];
    if (population.length > 0 && used + M * b > population.length) {
      for (int i = order.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swap = order[i];
        order[i] = order[j];
        order[j] = swap;
      }
      used = 0;
    }
    double[] mean = new double[p];
    for (float[] row : g) {
      float[] noise =
          population.length == 0 ? Draws.normal(random, new double[p], sds, b) : drawn();
      for (int x = 0; x < p; x++) {
        row[x] = (float) (curvatures[x] * theta[x] + noise[x]);
        mean[x] += row[x] / M;
      }
    }
    float[] now = new float[sendParameters ? p : 0];
    for (int x = 0; x < now.length; x++) {
      now[x] = (float) theta[x];
    }
    for (int x = 0; x < p; x++) {
      naive += lastUpdate[x] * (mean[x] - lastMean[x]);
      lastMean[x] = mean[x];
      velocity[x] = beta * velocity[x] + mean[x];
      double d = -eta * (nesterov ? mean[x] + beta * velocity[x] : velocity[x]);
      lastUpdate[x] = d;
      theta[x] += d;
      curved += curvatures[x] * d * d;
      squares += d * d;
    }
    int[] examples = {b, b, b, b};
    return TrainingStep.at(step, step++)
        .learningRate(eta)
        .batchSize((long) M * b)
        .examples(examples)
        .sketches(g)
        .motion(new Motion(now, null, null))
        .build();
  }

  private float[] drawn() {
    float[] sum = new float[curvatures.length];
    for (int e = 0; e < b; e++) {
      float[] one = population[order[used++]];
      for (int x = 0; x < sum.length; x++) {
        sum[x] += one[x] / b;
      }
    }
    return sum;
  }

  double sharpest() {
    double most = 0;
    for (double k : curvatures) {
      most = Math.max(most, k);
    }
    return most;
  }
}
