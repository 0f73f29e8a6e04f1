package io.thermograd.stream;

import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import io.thermograd.wire.proto.RunStarted.Sampling;
import io.thermograd.wire.proto.StepEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Random runs, and what a network may do to their events. */
final class EventStream {
  private static final int DIM = 16;

  private final SplittableRandom random;
  private final int worldSize;
  private final List<Event> events = new ArrayList<>();
  private double time = 1e9;

  private EventStream(long seed) {
    random = new SplittableRandom(seed);
    worldSize = random.nextInt(0, 4);
  }

  /** A run of a few attempts, with duplicates, swaps, losses, NaN and overflows put in. */
  static List<Event> faulty(long seed) {
    EventStream stream = new EventStream(seed);
    int attempts = stream.random.nextInt(1, 7);
    for (int a = 0; a < attempts; a++) {
      stream.attempt(a);
    }
    return stream.disturbed();
  }

  private void attempt(int attempt) {
    events.add(Event.newBuilder().setRunStarted(started(attempt)).build());
    int from = attempt == 0 ? 0 : random.nextInt(40);
    int steps = random.nextInt(150);
    int stride = random.nextInt(5) == 0 ? 10 : 1;
    double level = 1;
    double growth = random.nextInt(3) == 0 ? 1.1 : 1;
    for (int s = 0; s < steps; s++) {
      level *= s > 60 ? growth : 1;
      for (int rank = 0; rank < Math.max(1, worldSize); rank++) {
        StepEvent step = step(attempt, from + (long) s * stride, rank, level);
        events.add(Event.newBuilder().setStep(step).build());
      }
      time += random.nextDouble(0.1);
    }
    if (random.nextInt(3) > 0) {
      events.add(
          Event.newBuilder()
              .setRunFinished(
                  RunFinished.newBuilder()
                      .setRunId("run")
                      .setAttempt(attempt)
                      .setStatusValue(random.nextInt(4))
                      .setTime(time)
                      .setDroppedEvents(random.nextInt(3)))
              .build());
    }
  }

  private RunStarted started(int attempt) {
    RunStarted.Builder started =
        RunStarted.newBuilder()
            .setRunId("run")
            .setAttempt(attempt)
            .setStartedAt(time)
            .setSketchDim(DIM)
            .setWorldSize(worldSize)
            .setSketchScheme(random.nextBoolean() ? "identity" : "block_fold")
            .setOptimizerValue(random.nextInt(0, 7))
            .putLabels("model", "m")
            .putLabels("data", "d");
    if (random.nextBoolean()) {
      started.setSampling(Sampling.WITHOUT_REPLACEMENT).setDatasetSize(random.nextInt(1, 300));
    }
    if (random.nextBoolean()) {
      started.setOptimizer(Optimizer.MOMENTUM).setMomentum(0.9);
    }
    return started.build();
  }

  private StepEvent step(int attempt, long step, int rank, double level) {
    StepEvent.Builder e =
        StepEvent.newBuilder()
            .setRunId("run")
            .setAttempt(attempt)
            .setStep(step)
            .setRank(rank)
            .setTime(time)
            .putTracked("a", 1)
            .putTracked("b", 2)
            .setDroppedEvents(random.nextInt(200) == 0 ? 1 : 0);
    if (random.nextInt(20) > 0) {
      e.setLoss(level * (1 + 0.1 * random.nextGaussian()));
    }
    if (random.nextInt(20) > 0) {
      e.setLearningRate(random.nextInt(50) == 0 ? 0.5 : 0.1);
    }
    int m = random.nextInt(100) == 0 ? 0 : worldSize > 1 ? 1 : random.nextInt(10) == 0 ? 1 : 4;
    for (int j = 0; j < m; j++) {
      MicroBatch.Builder b = MicroBatch.newBuilder().setExamples(random.nextInt(1, 9));
      if (random.nextInt(200) > 0) {
        b.setGradSketch(Vectors.float32(gradient()));
      }
      if (random.nextInt(4) > 0) {
        b.setGradSqnorm(random.nextDouble());
      }
      e.addMicroBatches(b);
    }
    if (random.nextInt(3) == 0) {
      e.setGradSqnorm(random.nextDouble());
    }
    switch (random.nextInt(600)) {
      case 0 -> e.setLoss(Double.NaN);
      case 1 -> e.setNonfiniteCount(4);
      case 2 -> e.setNonfiniteCount(4).setLossScale(1024);
      case 3 -> e.setGradSqnorm(Double.POSITIVE_INFINITY);
      case 4 -> e.setGradSketch(Vectors.float32(new float[DIM + 1])).clearMicroBatches();
      case 5 -> e.setRank(7);
      default -> {}
    }
    return e.build();
  }

  private float[] gradient() {
    float[] g = new float[DIM];
    for (int i = 0; i < DIM; i++) {
      g[i] = (float) (0.3 + random.nextGaussian());
    }
    return g;
  }

  private List<Event> disturbed() {
    List<Event> out = new ArrayList<>();
    for (Event event : events) {
      switch (random.nextInt(60)) {
        case 0 -> {}
        case 1 -> {
          out.add(event);
          out.add(event);
        }
        case 2 -> out.add(Math.max(0, out.size() - random.nextInt(8)), event);
        case 3 -> {
          out.add(event);
          out.add(out.get(random.nextInt(out.size())));
        }
        default -> out.add(event);
      }
    }
    return out;
  }
}
