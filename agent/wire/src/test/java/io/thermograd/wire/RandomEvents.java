package io.thermograd.wire;

import io.thermograd.wire.proto.CurvatureProbe;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.LayerNorms;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import io.thermograd.wire.proto.Vector;
import java.util.Random;

/** Valid events with every field now and then absent, extreme or not finite. */
final class RandomEvents {
  private static final String LETTERS = "abzAZ09 _-.:äß漢😀\"\\'<>{}%?#";

  private final Random random;

  RandomEvents(long seed) {
    this.random = new Random(seed);
  }

  Event next() {
    Event.Builder e = Event.newBuilder();
    if (maybe()) {
      e.setSchemaVersion(1);
    }
    return switch (random.nextInt(4)) {
      case 0 -> e.setRunStarted(runStarted()).build();
      case 1 -> e.setRunFinished(runFinished()).build();
      default -> e.setStep(step()).build();
    };
  }

  private RunStarted runStarted() {
    RunStarted.Builder s =
        RunStarted.newBuilder()
            .setRunId(name())
            .setAttempt(random.nextInt(3))
            .setStartedAt(finite())
            .setSketchDim(random.nextInt(5000))
            .setSketchSeed(random.nextLong())
            .setWorldSize(random.nextInt(9))
            .setSamplingValue(random.nextInt(3))
            .setOptimizerValue(random.nextInt(7));
    if (maybe()) {
      s.setParameterCount(count()).setDatasetSize(count()).setBudgetSteps(count());
    }
    if (maybe()) {
      s.setSketchScheme("block_fold").setMomentum(random.nextDouble());
    }
    if (maybe()) {
      s.setBeta1(0).setBeta2(Math.nextDown(1.0)).setWeightDecay(Math.abs(finite()));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      s.addLayerNames(name()).putLabels("_k" + i, name());
    }
    if (s.getLayerNamesCount() > 0 && maybe()) {
      s.setLayerSketchDim(1 + random.nextInt(300));
    }
    return s.build();
  }

  private StepEvent step() {
    int dim = 1 + random.nextInt(40);
    StepEvent.Builder s =
        StepEvent.newBuilder()
            .setRunId(name())
            .setAttempt(random.nextInt(3))
            .setStep(random.nextLong() >>> (random.nextInt(63) + 1))
            .setRank(random.nextInt(EventRules.MAX_WORLD_SIZE))
            .setTime(finite())
            .setDroppedEvents(random.nextInt(5));
    if (maybe()) {
      s.setLoss(any()).setLearningRate(Math.abs(finite())).setBatchSize(Integer.MAX_VALUE);
    }
    int[] layers = random.ints(random.nextInt(4), 1, 9).toArray();
    for (int i = random.nextInt(5); i > 0; i--) {
      MicroBatch.Builder m = MicroBatch.newBuilder().setExamples(1 + random.nextInt(1000));
      if (maybe()) {
        m.setLoss(any()).setGradSqnorm(Math.abs(any()));
      }
      if (maybe()) {
        m.setGradSketch(vector(dim));
      }
      for (int length : layers) {
        m.addLayerSketches(vector(length));
      }
      s.addMicroBatches(m);
    }
    if (maybe()) {
      s.setGradSqnorm(Math.abs(any())).setGradSketch(vector(dim)).setParamDotGrad(any());
    }
    if (maybe()) {
      s.setParamSketch(vector(dim)).setParamSqnorm(Math.abs(any()));
    }
    if (maybe()) {
      s.setUpdateSqnorm(Math.abs(any())).setValidationLoss(any()).setNonfiniteCount(count());
      s.setLossScale(Math.scalb(1.0, random.nextInt(40) - 20));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      s.addLayers(LayerNorms.newBuilder().setName(name()).setGradNorm(Math.abs(any())));
      s.putTracked(name() + i, any()).addExampleLosses(any());
    }
    if (maybe()) {
      s.setProbe(
          CurvatureProbe.newBuilder()
              .addHessianTop(any())
              .setHessianTrace(any())
              .addPreconditionedTop(any()));
      s.setUpdateNoise(any());
      s.setRawGradSqnorm(Math.abs(any()));
    }
    return s.build();
  }

  private RunFinished runFinished() {
    return RunFinished.newBuilder()
        .setRunId(name())
        .setAttempt(random.nextInt(3))
        .setStatusValue(random.nextInt(4))
        .setTime(finite())
        .setDroppedEvents(count())
        .build();
  }

  private boolean maybe() {
    return random.nextInt(3) > 0;
  }

  private long count() {
    return (random.nextLong() >>> (1 + random.nextInt(62))) | 1;
  }

  private String name() {
    int[] letters = LETTERS.codePoints().toArray();
    StringBuilder name = new StringBuilder("n");
    for (int i = random.nextInt(12); i > 0; i--) {
      name.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return name.toString();
  }

  private double any() {
    return switch (random.nextInt(12)) {
      case 0 -> Double.NaN;
      case 1 -> Double.POSITIVE_INFINITY;
      case 2 -> Double.NEGATIVE_INFINITY;
      case 3 -> 0;
      case 4 -> random.nextInt(100);
      default -> finite();
    };
  }

  /** Every bit pattern of a finite double. */
  private double finite() {
    double x = Double.longBitsToDouble(random.nextLong());
    return Double.isFinite(x) ? x : random.nextGaussian();
  }

  private Vector vector(int dim) {
    float[] x = new float[dim];
    for (int i = 0; i < dim; i++) {
      float y = Float.intBitsToFloat(random.nextInt());
      // JSON has one NaN only.
      x[i] = Float.isNaN(y) ? Float.NaN : y;
    }
    return maybe() ? Vectors.float32(x) : Vectors.bfloat16(x);
  }
}
