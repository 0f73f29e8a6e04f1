package io.thermograd.stream;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Makes what trainers send, and what they should not. */
final class Trainers {
  static final int DIM = 8;

  /** A record on its way into the topic. */
  @SuppressWarnings("ArrayRecordComponent")
  record Sent(byte @Nullable [] key, byte @Nullable [] value) {}

  private Trainers() {}

  static Sent send(Event e) {
    return new Sent(key(EventCodec.runId(e)), EventCodec.encode(e));
  }

  static byte[] key(String runId) {
    return runId.getBytes(StandardCharsets.UTF_8);
  }

  static Event started(String run, int attempt) {
    return Event.newBuilder()
        .setRunStarted(
            RunStarted.newBuilder()
                .setRunId(run)
                .setAttempt(attempt)
                .setStartedAt(1_000)
                .setParameterCount(DIM)
                .setSketchScheme("identity")
                .setSketchDim(DIM)
                .putLabels("team", "blue"))
        .build();
  }

  static Event finished(String run, int attempt, double time) {
    return Event.newBuilder()
        .setRunFinished(
            RunFinished.newBuilder()
                .setRunId(run)
                .setAttempt(attempt)
                .setStatus(RunFinished.Status.COMPLETED)
                .setTime(time))
        .build();
  }

  static Event step(String run, int attempt, long step, Random random) {
    StepEvent.Builder s =
        StepEvent.newBuilder()
            .setRunId(run)
            .setAttempt(attempt)
            .setStep(step)
            .setTime(1_000 + 0.1 * step)
            .setLoss(2 + 0.1 * random.nextGaussian())
            .setLearningRate(0.1)
            .setBatchSize(8);
    for (int m = 0; m < 2; m++) {
      float[] g = new float[DIM];
      double norm = 0;
      for (int i = 0; i < DIM; i++) {
        g[i] = (float) (0.5 + random.nextGaussian());
        norm += (double) g[i] * g[i];
      }
      s.addMicroBatches(
          MicroBatch.newBuilder()
              .setExamples(4)
              .setGradSqnorm(norm)
              .setGradSketch(Vectors.float32(g)));
    }
    return Event.newBuilder().setStep(s).build();
  }

  /**
   * One partition's traffic: overlapping runs that start, restart, end and start again under the
   * same id, with duplicates and records that nobody can use among them.
   */
  static List<Sent> traffic(long seed, int records, String prefix) {
    Random random = new Random(seed);
    List<Sent> sent = new ArrayList<>();
    int[] attempt = new int[12];
    long[] step = new long[12];
    boolean[] live = new boolean[12];
    while (sent.size() < records) {
      // A few runs are heard often, the others long ago enough to be forgotten now and then.
      int r = random.nextInt(10) < 8 ? random.nextInt(4) : random.nextInt(12);
      String run = prefix + r;
      int dice = random.nextInt(100);
      if (!live[r] && dice < 60) {
        sent.add(send(started(run, attempt[r])));
        live[r] = true;
        step[r] = 0;
      } else if (dice < 3) {
        sent.add(new Sent(key(run), new byte[] {(byte) 0xff, 1, 2}));
      } else if (dice < 5) {
        sent.add(new Sent(key("other"), send(step(run, attempt[r], step[r], random)).value()));
      } else if (dice < 6) {
        sent.add(new Sent(key(run), new byte[5_000]));
      } else if (dice < 8 && !sent.isEmpty()) {
        sent.add(sent.get(sent.size() - 1));
      } else if (dice < 11 && live[r] && step[r] > 5) {
        sent.add(send(step(run, attempt[r], step[r] - 4, random)));
      } else if (dice < 13 && attempt[r] > 0) {
        sent.add(send(step(run, attempt[r] - 1, 3, random)));
      } else if (dice < 16 && live[r]) {
        sent.add(send(finished(run, attempt[r], 1_000 + 0.1 * step[r])));
        live[r] = false;
        attempt[r]++;
      } else {
        sent.add(send(step(run, attempt[r], step[r]++, random)));
      }
    }
    return sent;
  }
}
