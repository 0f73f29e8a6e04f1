package io.thermograd.benchmarks;

import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.util.SplittableRandom;

/**
 * Events of the size and content that a real trainer sends, dim {@value #DIM} and m = {@value
 * #MICRO_BATCHES}: a signal with a gradient noise of a few hundred directions on top.
 */
final class SyntheticRuns {
  static final int DIM = 1024;
  static final int MICRO_BATCHES = 4;
  private static final int POOL = 64;

  private final MicroBatch[] gradients = new MicroBatch[POOL];
  private final float[] parameters = new float[DIM];

  SyntheticRuns(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < POOL; i++) {
      float[] g = new float[DIM];
      double sqnorm = 0;
      for (int j = 0; j < DIM; j++) {
        g[j] = (float) (0.01 + random.nextGaussian() / Math.sqrt(1 + j));
        sqnorm += (double) g[j] * g[j];
      }
      gradients[i] =
          MicroBatch.newBuilder()
              .setExamples(16)
              .setLoss(1)
              .setGradSqnorm(sqnorm)
              .setGradSketch(Vectors.float32(g))
              .build();
    }
  }

  static String runId(int run) {
    return "bench-" + run;
  }

  static Event started(int run) {
    return Event.newBuilder()
        .setRunStarted(
            RunStarted.newBuilder()
                .setRunId(runId(run))
                .setStartedAt(System.currentTimeMillis() / 1e3)
                .setParameterCount(1_000_000)
                .setSketchScheme("block_fold")
                .setSketchDim(DIM)
                .setDatasetSize(50_000)
                .setSampling(RunStarted.Sampling.WITHOUT_REPLACEMENT)
                .setOptimizer(RunStarted.Optimizer.MOMENTUM)
                .setMomentum(0.9))
        .build();
  }

  /** A step's event; {@code time} in seconds since the Unix epoch. */
  Event step(int run, long step, double time) {
    StepEvent.Builder event =
        StepEvent.newBuilder()
            .setRunId(runId(run))
            .setStep(step)
            .setTime(time)
            .setLoss(1 + 0.1 * Math.sin(step * 12.9898 + run))
            .setLearningRate(0.1)
            .setBatchSize(16 * MICRO_BATCHES)
            .setParamSketch(Vectors.float32(parameters));
    for (int j = 0; j < MICRO_BATCHES; j++) {
      event.addMicroBatches(gradients[(int) ((step * MICRO_BATCHES + 7L * run + j) % POOL)]);
    }
    return Event.newBuilder().setStep(event).build();
  }
}
