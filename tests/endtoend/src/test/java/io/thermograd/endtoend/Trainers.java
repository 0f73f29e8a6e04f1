package io.thermograd.endtoend;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Topics;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Many runs that send steps until told to finish; remembers what they sent. */
final class Trainers implements AutoCloseable {
  private static final int DIM = 16;

  private final int runs;
  private final long pauseMillis;
  private final Random random = new Random(7);
  private final Map<String, List<Event>> sent = new TreeMap<>();
  private final KafkaProducer<byte[], byte[]> producer;
  private final Thread thread = new Thread(this::train, "trainers");
  private volatile boolean stop;
  private volatile @Nullable Exception undelivered;

  /**
   * @param pauseMillis between two steps of all runs
   */
  Trainers(KafkaFixture kafka, int runs, long pauseMillis) {
    this.runs = runs;
    this.pauseMillis = pauseMillis;
    Map<String, Object> config = new HashMap<>(kafka.config());
    config.put("linger.ms", 0);
    config.put("delivery.timeout.ms", 35_000);
    this.producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    thread.start();
  }

  /** Ends half of the runs; the others fall silent. Everything is in the topic then. */
  Map<String, List<Event>> finish() throws InterruptedException {
    stop = true;
    thread.join();
    producer.flush();
    Exception failure = undelivered;
    if (failure != null) {
      throw new AssertionError("the topic lacks events that were sent", failure);
    }
    return sent;
  }

  private void train() {
    for (int r = 0; r < runs; r++) {
      send(started("run-" + r));
    }
    long step = 0;
    while (!stop) {
      for (int r = 0; r < runs; r++) {
        send(step("run-" + r, step));
      }
      step++;
      pause();
    }
    for (int r = 0; r < runs; r += 2) {
      send(finished("run-" + r, step));
    }
  }

  private void pause() {
    try {
      Thread.sleep(pauseMillis);
    } catch (InterruptedException e) {
      stop = true;
    }
  }

  private void send(Event e) {
    String run = EventCodec.runId(e);
    sent.computeIfAbsent(run, k -> new ArrayList<>()).add(e);
    producer.send(
        new ProducerRecord<>(
            Topics.STEPS, run.getBytes(StandardCharsets.UTF_8), EventCodec.encode(e)),
        (metadata, failure) -> {
          if (failure != null) {
            undelivered = failure;
          }
        });
  }

  private static Event started(String run) {
    return Event.newBuilder()
        .setRunStarted(
            RunStarted.newBuilder()
                .setRunId(run)
                .setStartedAt(1_000)
                .setParameterCount(DIM)
                .setSketchScheme("identity")
                .setSketchDim(DIM))
        .build();
  }

  private static Event finished(String run, long step) {
    return Event.newBuilder()
        .setRunFinished(
            RunFinished.newBuilder()
                .setRunId(run)
                .setStatus(RunFinished.Status.COMPLETED)
                .setTime(1_000 + 0.05 * step))
        .build();
  }

  private Event step(String run, long step) {
    StepEvent.Builder s =
        StepEvent.newBuilder()
            .setRunId(run)
            .setStep(step)
            .setTime(1_000 + 0.05 * step)
            .setLoss(2 + 0.1 * random.nextGaussian())
            .setLearningRate(0.1)
            .setBatchSize(16);
    for (int m = 0; m < 4; m++) {
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

  @Override
  public void close() {
    stop = true;
    producer.close();
  }
}
