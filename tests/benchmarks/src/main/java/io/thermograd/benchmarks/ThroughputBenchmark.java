package io.thermograd.benchmarks;

import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.AnalyzerWorker;
import io.thermograd.stream.FoldLimits;
import io.thermograd.stream.WorkerConfig;
import io.thermograd.stream.WorkerListener;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Topics;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Steps a second of the whole analyzer (poll, decode, assemble, estimate, detect, insights,
 * snapshots, commits) beside the same consumer that only decodes and one that only reads, over the
 * same records, in turns. Wall-clock medians of the turns; each consumer is one thread, the broker
 * shares the other core.
 */
final class ThroughputBenchmark {
  private static final int RUNS = 4;
  private static final int STEPS = 24_000;
  private static final int TURNS = 7;

  private interface Pass {
    double seconds(BenchmarkKafka kafka, int turn) throws Exception;
  }

  private static float sink;

  private ThroughputBenchmark() {}

  static void run() throws Exception {
    try (BenchmarkKafka kafka = new BenchmarkKafka(1)) {
      produce(kafka);
      String[] names = {"raw consumption", "decode only", "whole analyzer"};
      Pass[] passes = {
        (k, turn) -> consume(k, false), (k, turn) -> consume(k, true), ThroughputBenchmark::analyse
      };
      double[][] seconds = new double[passes.length][TURNS];
      for (int turn = -1; turn < TURNS; turn++) { // the first turn warms up
        for (int p = 0; p < passes.length; p++) {
          double s = passes[p].seconds(kafka, turn);
          if (turn >= 0) {
            seconds[p][turn] = s;
          }
        }
      }
      System.out.printf(
          "%nThroughput, dim %d, m = %d, one consumer thread%n",
          SyntheticRuns.DIM, SyntheticRuns.MICRO_BATCHES);
      System.out.printf("%-18s %12s %22s%n", "", "steps/s", "min … max");
      double decode = STEPS / median(seconds[1]);
      for (int p = 0; p < passes.length; p++) {
        double[] sorted = seconds[p].clone();
        Arrays.sort(sorted);
        System.out.printf(
            Locale.ROOT,
            "%-18s %,12.0f %,10.0f … %,9.0f%n",
            names[p],
            STEPS / median(sorted),
            STEPS / sorted[TURNS - 1],
            STEPS / sorted[0]);
      }
      System.out.printf(
          Locale.ROOT,
          "analyzer / decode only: %.2f (aim ≥ 0.5; aim ≥ 10,000 steps/s)%n",
          STEPS / median(seconds[2]) / decode);
      System.out.printf(
          Locale.ROOT,
          "analyzer thread: %.1f µs of processor a step (checksum %.3g)%n",
          cpuMicros,
          sink);
    }
  }

  private static double cpuMicros;

  private static void produce(BenchmarkKafka kafka) {
    SyntheticRuns runs = new SyntheticRuns(1);
    double now = System.currentTimeMillis() / 1e3;
    try (KafkaProducer<byte[], byte[]> producer = kafka.producer()) {
      for (int r = 0; r < RUNS; r++) {
        send(producer, r, SyntheticRuns.started(r));
      }
      for (int s = 0; s < STEPS; s++) {
        // A fast run's pace in event time, so that insights come by steps, not by seconds.
        send(producer, s % RUNS, runs.step(s % RUNS, s / RUNS, now + s * 1e-3));
      }
    }
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, int run, Event event) {
    producer.send(
        new ProducerRecord<>(
            Topics.STEPS,
            0,
            SyntheticRuns.runId(run).getBytes(StandardCharsets.UTF_8),
            EventCodec.encode(event)));
  }

  private static double consume(BenchmarkKafka kafka, boolean decode) throws Exception {
    Map<String, Object> config = new HashMap<>(kafka.config());
    config.put("max.poll.records", 2_000);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(Topics.STEPS, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long start = System.nanoTime();
      int seen = 0;
      while (seen < STEPS + RUNS) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          seen++;
          if (decode) {
            decode(record.value());
          } else {
            sink += record.value().length;
          }
        }
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static void decode(byte[] value) throws Exception {
    Event event = EventCodec.decode(value);
    for (MicroBatch batch : event.getStep().getMicroBatchesList()) {
      sink += Vectors.toFloats(batch.getGradSketch())[0];
    }
  }

  /** From the first batch that a fresh worker has accepted to the last, scaled to all steps. */
  private static double analyse(BenchmarkKafka kafka, int turn) throws Exception {
    kafka.forgetSnapshots();
    Stopwatch stopwatch = new Stopwatch(STEPS + RUNS);
    try (AnalyzerWorker worker =
        AnalyzerWorker.start(
            kafka.config(),
            "bench-" + turn,
            AnalysisConfig.DEFAULT,
            FoldLimits.DEFAULT,
            WorkerConfig.DEFAULT,
            stopwatch)) {
      stopwatch.done.await();
      cpuMicros = stopwatch.cpuNanos / 1e3 / stopwatch.timed;
      return stopwatch.nanos / 1e9 * STEPS / stopwatch.timed;
    }
  }

  /** Times a worker from its own thread, wall clock and processor. */
  private static final class Stopwatch implements WorkerListener {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final CountDownLatch done = new CountDownLatch(1);
    private final long all;
    private long seen;
    private long untimed;
    private long startNanos;
    private long startCpu;
    private volatile long nanos;
    private volatile long cpuNanos;
    private volatile long timed;

    Stopwatch(long all) {
      this.all = all;
    }

    @Override
    public void accepted(long events) {
      if (seen == 0) {
        startNanos = System.nanoTime();
        startCpu = threads.getCurrentThreadCpuTime();
        untimed = events;
      }
      seen += events;
      if (seen == all) {
        nanos = System.nanoTime() - startNanos;
        cpuNanos = threads.getCurrentThreadCpuTime() - startCpu;
        timed = seen - untimed;
        done.countDown();
      }
    }
  }

  private static double median(double[] x) {
    double[] sorted = x.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
