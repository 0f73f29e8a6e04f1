package io.thermograd.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunReporterTest {
  private static final RunStarted STARTED =
      RunStarted.newBuilder().setRunId("r").setAttempt(2).build();
  private static final ReporterOptions OPTIONS =
      ReporterOptions.defaults().withCloseOnExit(false).withFlushDeadline(Duration.ofSeconds(30));
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_000), ZoneOffset.UTC);

  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private final AtomicLong nanos = new AtomicLong();

  private RunReporter start(EventTransport transport, ReporterOptions options) {
    return RunReporter.start(
        STARTED, transport, options, CLOCK, new Warnings(log::add, nanos::get));
  }

  private static StepEvent.Builder step(long n) {
    return StepEvent.newBuilder().setStep(n);
  }

  @Test
  void sendsStartStepsAndFinishInOrder() {
    FakeTransport transport = new FakeTransport();
    RunReporter reporter = start(transport, OPTIONS);
    for (int i = 0; i < 1_000; i++) {
      reporter.report(step(i));
    }
    reporter.report(step(1_000).setTime(5));
    reporter.finish(RunFinished.Status.COMPLETED);
    reporter.finish(RunFinished.Status.FAILED);
    reporter.close();
    reporter.close();

    List<Event> events = transport.events();
    assertThat(events).hasSize(1_003);
    assertThat(events.get(0).getRunStarted())
        .isEqualTo(STARTED.toBuilder().setStartedAt(1_000).build());
    for (int i = 0; i < 1_000; i++) {
      assertThat(events.get(i + 1).getStep())
          .isEqualTo(step(i).setRunId("r").setAttempt(2).setTime(1_000).build());
    }
    assertThat(events.get(1_001).getStep().getTime()).isEqualTo(5);
    assertThat(events.get(1_002).getRunFinished())
        .isEqualTo(
            RunFinished.newBuilder()
                .setRunId("r")
                .setAttempt(2)
                .setTime(1_000)
                .setStatus(RunFinished.Status.COMPLETED)
                .build());
    assertThat(transport.closed).isTrue();
    assertThat(reporter.dropped() + reporter.failed()).isZero();
    assertThat(log).isEmpty();
  }

  @Test
  void closingWithoutFinishMeansStopped() {
    FakeTransport transport = new FakeTransport();
    start(transport, OPTIONS).close();
    assertThat(transport.last().getRunFinished().getStatus()).isEqualTo(RunFinished.Status.STOPPED);
  }

  @Test
  void finishAloneSendsEverything() throws Exception {
    FakeTransport transport = new FakeTransport();
    RunReporter reporter = start(transport, OPTIONS);
    reporter.report(step(1));
    reporter.finish(RunFinished.Status.FAILED);
    transport.closedLatch.await();
    assertThat(transport.events()).hasSize(3);
    reporter.report(step(2));
    assertThat(reporter.dropped()).isEqualTo(1);
    reporter.close();
    assertThat(transport.events()).hasSize(3);
  }

  @Test
  void onlyTheAnnouncingRankBracketsTheRun() {
    FakeTransport transport = new FakeTransport();
    RunReporter reporter = start(transport, OPTIONS.withAnnounce(false));
    reporter.report(step(1).setRank(3));
    reporter.close();
    assertThat(transport.events()).hasSize(1);
    assertThat(transport.last().getStep().getRank()).isEqualTo(3);
  }

  @Test
  void dropsWhatDoesNotFitAndSaysSoInTheNextEvent() throws Exception {
    FakeTransport transport = new FakeTransport();
    transport.gate = new CountDownLatch(1);
    RunReporter reporter = start(transport, OPTIONS.withQueueBytes(10_000));
    transport.entered.await();
    int reported = 1_000;
    for (int i = 0; i < reported; i++) {
      reporter.report(step(i));
    }
    long dropped = reporter.dropped();
    // Each event takes 512 bytes and a few tens; 10,000 bytes hold 15 to 19 of them.
    assertThat(reported - dropped).isBetween(15L, 19L);
    transport.gate.countDown();
    transport.awaitSize((int) (1 + reported - dropped));
    reporter.report(step(reported));
    reporter.close();

    List<Event> events = transport.events();
    assertThat(events.get(1).getStep().getDroppedEvents()).isZero();
    assertThat(events.get(events.size() - 2).getStep().getStep()).isEqualTo(reported);
    assertThat(events.get(events.size() - 2).getStep().getDroppedEvents()).isEqualTo(dropped);
    assertThat(transport.last().getRunFinished().getDroppedEvents()).isEqualTo(dropped);
    assertThat(events).hasSize((int) (reported - dropped + 3));
    assertThat(log).hasSize(1);
    assertThat(log.get(0)).contains("Run r").contains("10000 bytes");
  }

  @Test
  void aTransportThatAlwaysThrowsCostsOneWarningAndExactCounts() {
    FakeTransport transport = new FakeTransport();
    transport.failure = event -> event.hasStep() ? new IllegalStateException("no") : null;
    RunReporter reporter = start(transport, OPTIONS);
    for (int i = 0; i < 5_000; i++) {
      reporter.report(step(i));
    }
    reporter.close();
    assertThat(reporter.failed()).isEqualTo(5_000);
    assertThat(reporter.dropped()).isZero();
    assertThat(transport.last().getRunFinished().getDroppedEvents()).isEqualTo(5_000);
    assertThat(log).hasSize(1);
  }

  @Test
  void evenAnErrorInTheTransportStaysThere() {
    FakeTransport transport = new FakeTransport();
    transport.failure = event -> event.hasStep() ? new StackOverflowError() : null;
    RunReporter reporter = start(transport, OPTIONS);
    reporter.report(step(1));
    reporter.close();
    assertThat(reporter.failed()).isEqualTo(1);
    assertThat(transport.last().hasRunFinished()).isTrue();
  }

  @Test
  void runStartedIsTriedUntilItIsTaken() {
    FakeTransport transport = new FakeTransport();
    transport.failuresLeft = 2;
    RunReporter reporter = start(transport, OPTIONS);
    reporter.report(step(1));
    transport.awaitSize(2);
    reporter.close();
    assertThat(transport.events().get(0).hasRunStarted()).isTrue();
    assertThat(transport.events()).hasSize(3);
    assertThat(reporter.failed()).isZero();
  }

  @Test
  void aTransportThatNeverTakesAnythingLeavesNothingUncounted() {
    FakeTransport transport = new FakeTransport();
    transport.failure = event -> new IOException("no broker");
    RunReporter reporter = start(transport, OPTIONS.withFlushDeadline(Duration.ofMillis(200)));
    for (int i = 0; i < 100; i++) {
      reporter.report(step(i));
    }
    reporter.close();
    assertThat(reporter.dropped()).isEqualTo(100);
    // RunStarted and RunFinished.
    assertThat(reporter.failed()).isEqualTo(2);
    assertThat(log).hasSize(1);
  }

  @Test
  void closeDoesNotWaitForATransportThatHangsForEver() throws Exception {
    FakeTransport transport = new FakeTransport();
    transport.gate = new CountDownLatch(1);
    transport.deaf = true;
    RunReporter reporter = start(transport, OPTIONS.withFlushDeadline(Duration.ofMillis(300)));
    transport.entered.await();
    for (int i = 0; i < 10; i++) {
      reporter.report(step(i));
    }
    reporter.close();
    assertThat(reporter.dropped()).isEqualTo(10);
    assertThat(reporter.failed()).isEqualTo(2);
    transport.gate.countDown();
  }

  @Test
  void closeInterruptsATransportThatListens() throws Exception {
    FakeTransport transport = new FakeTransport();
    transport.gate = new CountDownLatch(1);
    RunReporter reporter = start(transport, OPTIONS.withFlushDeadline(Duration.ofMillis(300)));
    transport.entered.await();
    reporter.report(step(1));
    reporter.close();
    transport.closedLatch.await();
    assertThat(reporter.dropped()).isEqualTo(1);
  }

  @Test
  void anInterruptedThreadReportsAndClosesAsAnyOther() {
    FakeTransport transport = new FakeTransport();
    RunReporter reporter = start(transport, OPTIONS);
    Thread.currentThread().interrupt();
    reporter.report(step(1));
    reporter.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(transport.events()).hasSize(3);
  }

  @Test
  void manyThreadsReportEveryStepOnce() throws Exception {
    FakeTransport transport = new FakeTransport();
    RunReporter reporter = start(transport, OPTIONS);
    int threads = 8;
    int each = 2_000;
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t * each;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  reporter.report(step(first + i));
                }
              });
      all.add(thread);
      thread.start();
    }
    for (Thread thread : all) {
      thread.join();
    }
    reporter.close();
    Set<Long> steps = new HashSet<>();
    transport.events().stream()
        .filter(Event::hasStep)
        .forEach(e -> steps.add(e.getStep().getStep()));
    assertThat(steps).hasSize(threads * each);
    assertThat(transport.events()).hasSize(threads * each + 2);
  }

  @Test
  void reportersThatRaceWithCloseLoseNothingUncounted() throws Exception {
    for (int round = 0; round < 50; round++) {
      FakeTransport transport = new FakeTransport();
      RunReporter reporter = start(transport, OPTIONS);
      int each = 300;
      Thread[] threads = new Thread[3];
      for (int t = 0; t < threads.length; t++) {
        threads[t] =
            new Thread(
                () -> {
                  for (int i = 0; i < each; i++) {
                    reporter.report(step(i));
                  }
                });
        threads[t].start();
      }
      reporter.close();
      for (Thread thread : threads) {
        thread.join();
      }
      long delivered = transport.events().stream().filter(Event::hasStep).count();
      assertThat(delivered + reporter.dropped()).isEqualTo((long) each * threads.length);
    }
  }

  @Test
  void aBrokenBuilderIsCountedNotThrown() {
    FakeTransport transport = new FakeTransport();
    RunReporter reporter = start(transport, OPTIONS);
    @SuppressWarnings("NullAway") // what a careless caller may do
    Runnable careless = () -> reporter.report(null);
    careless.run();
    reporter.close();
    assertThat(reporter.dropped()).isEqualTo(1);
  }

  @Test
  void deliveryErrorsTravelLikeDrops() {
    FakeTransport transport = new FakeTransport();
    RunReporter reporter = start(transport, OPTIONS);
    reporter.report(step(1));
    transport.awaitSize(2);
    transport.undelivered = 7;
    reporter.close();
    assertThat(reporter.failed()).isEqualTo(7);
    assertThat(transport.last().getRunFinished().getDroppedEvents()).isEqualTo(7);
  }

  @Test
  void warningsComeOnceAMinuteWithTheNumberHeldBack() {
    Warnings warnings = new Warnings(log::add, nanos::get);
    for (int i = 0; i < 1_000; i++) {
      warnings.warn("w" + i);
    }
    nanos.set(Duration.ofMinutes(1).toNanos());
    warnings.warn("later");
    assertThat(log).containsExactly("w0", "later (and 999 like it before)");
  }

  @Test
  void aBlankRunIdIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> RunReporter.start(RunStarted.getDefaultInstance(), new FakeTransport(), OPTIONS))
        .withMessage("run_id should not be blank: was ''");
  }
}
