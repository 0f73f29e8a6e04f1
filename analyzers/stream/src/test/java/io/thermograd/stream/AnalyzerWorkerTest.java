package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

final class AnalyzerWorkerTest {
  private static final WorkerConfig QUICK =
      new WorkerConfig(
          Duration.ofSeconds(1),
          Duration.ofMillis(100),
          Duration.ofMinutes(1),
          Duration.ofMillis(1),
          Duration.ofMillis(4));

  private final SimulatedCluster cluster = new SimulatedCluster(1);
  private final AtomicLong now = new AtomicLong();
  private final Semaphore accepted = new Semaphore(0);
  private final Semaphore restarted = new Semaphore(0);
  private final CountDownLatch unhealthy = new CountDownLatch(1);

  private AnalyzerWorker worker() {
    cluster.autoJoin = true;
    return new AnalyzerWorker(
        cluster,
        WorkerHarness.ANALYSIS,
        WorkerHarness.LIMITS,
        QUICK,
        new WorkerListener() {
          @Override
          public void accepted(long events) {
            accepted.release((int) events);
          }

          @Override
          public void restarted() {
            restarted.release();
          }

          @Override
          public void healthy(boolean healthy) {
            if (!healthy) {
              unhealthy.countDown();
            }
          }
        },
        now::get);
  }

  private static void acquire(Semaphore s, int permits) throws InterruptedException {
    assertThat(s.tryAcquire(permits, 30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void commitsWhatItHasReadWhenClosed() throws InterruptedException {
    cluster.steps.put(0, Trainers.traffic(3, 80, "a"));
    AnalyzerWorker worker = worker();
    assertThat(worker.health().state()).isEqualTo(WorkerHealth.State.STARTING);
    assertThat(worker.health().lastPollAgeMillis()).isEqualTo(-1);
    worker.start();
    acquire(accepted, 10);
    now.addAndGet(7);
    worker.close();
    assertThat(worker.health().state()).isEqualTo(WorkerHealth.State.STOPPED);
    long committed =
        java.util.Objects.requireNonNull(cluster.commits.get(SimulatedCluster.stepsOf(0))).offset();
    assertThat(committed).isEqualTo(worker.health().processed()).isGreaterThanOrEqualTo(10);
  }

  @Test
  void beginsAgainAfterFailuresAndSaysSo() throws InterruptedException {
    cluster.steps.put(0, Trainers.traffic(5, 80, "a"));
    for (int i = 0; i < 3; i++) {
      cluster.pollFailures.add(new KafkaException("the cluster\nsays no"));
    }
    AnalyzerWorker worker = worker();
    worker.start();
    acquire(restarted, 3);
    acquire(accepted, 10);
    assertThat(unhealthy.getCount()).isZero();
    assertThat(worker.health().restarts()).isEqualTo(3);
    assertThat(worker.health().lastError()).isEqualTo("KafkaException: the cluster says no");
    assertThat(worker.health().ok()).isTrue();
    worker.close();
    assertThat(WorkerHarness.durable(cluster).states()).isNotEmpty();
  }

  @Test
  void survivesAnErrorInTheMiddleOfItsWork() throws InterruptedException {
    cluster.steps.put(0, Trainers.traffic(7, 80, "a"));
    cluster.callsLeft = 12; // then one call fails with an Error, as for want of memory
    AnalyzerWorker worker = worker();
    worker.start();
    acquire(restarted, 1);
    acquire(accepted, 10);
    worker.close();
    assertThat(worker.health().lastError()).contains("SimulatedCrash");
  }

  @Test
  void aPollThatDoesNotComeBackShowsInTheHealth() throws InterruptedException {
    cluster.steps.put(0, Trainers.traffic(3, 80, "a"));
    AnalyzerWorker worker = worker();
    worker.start();
    acquire(accepted, 10);
    worker.close();
    now.addAndGet(45_000);
    assertThat(worker.health().lastPollAgeMillis()).isEqualTo(45_000);
    assertThat(worker.health().ok()).isFalse();
  }
}
