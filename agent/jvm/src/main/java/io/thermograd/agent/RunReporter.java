package io.thermograd.agent;

import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what a training process says about one attempt of a run, and never gets in its way: {@link
 * #report} puts the event on a queue bounded in bytes and returns; a daemon thread hands it to the
 * transport. What does not fit is dropped and counted, and the count travels in the next event.
 *
 * <p>RunStarted goes first and RunFinished last; both are tried again until the transport takes
 * them or {@link #close} runs out of time. Steps wait on the queue for RunStarted. A step that the
 * transport refuses is counted as failed, and the next one is tried.
 *
 * <p>Nothing here throws into training, apart from bad arguments of {@link #start}. Failures are
 * logged in one line, at most once a minute. If the JVM exits while the reporter is open, a
 * shutdown hook closes it (see {@link ReporterOptions#closeOnExit}); a killed JVM loses what was
 * queued. Thread-safe.
 */
public final class RunReporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunReporter.class);

  private final RunStarted started;
  private final ReporterOptions options;
  private final Clock clock;
  private final EventQueue queue;
  private final AtomicLong dropped = new AtomicLong();
  private final Warnings warnings;
  private final Sender sender;
  private final Thread thread;
  private final Thread exitHook;
  private boolean closed;

  private RunReporter(
      RunStarted started,
      EventTransport transport,
      ReporterOptions options,
      Clock clock,
      Warnings warnings) {
    if (started.getRunId().isBlank()) {
      throw new IllegalArgumentException(
          "run_id should not be blank: was '" + started.getRunId() + "'");
    }
    this.clock = clock;
    this.started =
        started.getStartedAt() != 0 ? started : started.toBuilder().setStartedAt(now()).build();
    this.options = options;
    this.warnings = warnings;
    this.queue = new EventQueue(options.queueBytes());
    Supplier<RunFinished.Builder> finished =
        () ->
            RunFinished.newBuilder()
                .setRunId(this.started.getRunId())
                .setAttempt(this.started.getAttempt())
                .setTime(now());
    this.sender = new Sender(this.started, finished, transport, options, queue, dropped, warnings);
    this.thread = new Thread(sender, "thermograd-reporter-" + started.getRunId());
    this.thread.setDaemon(true);
    this.exitHook = new Thread(this::close, "thermograd-exit-" + started.getRunId());
  }

  /**
   * Starts the daemon thread and sends RunStarted. The reporter owns the transport from now on.
   *
   * @param started what the run is; {@code started_at} is set to now where it is 0
   * @throws IllegalArgumentException if the run id is blank
   */
  public static RunReporter start(
      RunStarted started, EventTransport transport, ReporterOptions options) {
    Warnings warnings = new Warnings(LOG::warn, System::nanoTime);
    return start(started, transport, options, Clock.systemUTC(), warnings);
  }

  static RunReporter start(
      RunStarted started,
      EventTransport transport,
      ReporterOptions options,
      Clock clock,
      Warnings warnings) {
    RunReporter reporter = new RunReporter(started, transport, options, clock, warnings);
    if (options.closeOnExit()) {
      try {
        Runtime.getRuntime().addShutdownHook(reporter.exitHook);
      } catch (IllegalStateException exiting) {
        LOG.debug("The JVM is already shutting down", exiting);
      }
    }
    reporter.thread.start();
    return reporter;
  }

  /**
   * Queues a step for sending. Sets its run id, attempt, count of lost events and, where it is 0,
   * its time; the builder may be used again afterwards. Never blocks, never throws; from any
   * thread. Cost: a shallow copy of the message and two atomic updates, a few microseconds,
   * independent of the length of the sketches.
   */
  @SuppressWarnings("CatchingUnchecked")
  public void report(StepEvent.Builder step) {
    try {
      step.setRunId(started.getRunId())
          .setAttempt(started.getAttempt())
          .setDroppedEvents(dropped.get() + sender.failed());
      if (step.getTime() == 0) {
        step.setTime(now());
      }
      if (queue.offer(Event.newBuilder().setStep(step.build()).build())) {
        sender.wake(thread);
        return;
      }
      countDrop("the queue of " + options.queueBytes() + " bytes is full or closed");
    } catch (Throwable anything) {
      // Even an OutOfMemoryError here is telemetry's problem: training would have met it anyway.
      countDrop(String.valueOf(anything));
    }
  }

  @SuppressWarnings("CatchingUnchecked")
  private void countDrop(String why) {
    long count = dropped.incrementAndGet();
    try {
      warnings.warn(
          "Run %s: %d events dropped so far, because %s. Training is not affected."
              .formatted(started.getRunId(), count, why));
    } catch (Throwable logging) {
      // The count is kept; there is nowhere left to say so.
    }
  }

  /**
   * Says how the run ended; what is queued is still sent, then RunFinished. Returns at once. Only
   * the first call counts. Steps reported later are dropped.
   */
  public void finish(RunFinished.Status status) {
    sender.finish(status);
    LockSupport.unpark(thread);
  }

  /** Events that were not queued, because the queue was full or the run had finished. */
  public long dropped() {
    return dropped.get();
  }

  /** Events that the transport did not deliver; up to a tenth of a second late while open. */
  public long failed() {
    return sender.failed();
  }

  /**
   * Finishes the run as STOPPED unless {@link #finish} was called, sends what it can within {@link
   * ReporterOptions#flushDeadline} and counts the rest as dropped. Half of the deadline goes to the
   * queue, the rest to RunFinished and to waiting for delivery. An interrupt does not cut it short;
   * the thread stays interrupted.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    finish(RunFinished.Status.STOPPED);
    long allowed = options.flushDeadline().toNanos();
    long deadline = System.nanoTime() + allowed;
    // The last tenth is for a transport that has to be interrupted.
    long interruptAt = deadline - allowed / 10;
    sender.close(interruptAt);
    LockSupport.unpark(thread);
    joinUntil(interruptAt);
    if (thread.isAlive()) {
      thread.interrupt();
      joinUntil(deadline);
    }
    dropped.addAndGet(queue.close());
    if (thread.isAlive()) {
      sender.abandon();
      // Out of RunFinished too, if it can be, so that the transport is closed one day.
      thread.interrupt();
    }
    forgetHook();
    if (dropped() + failed() > 0) {
      LOG.warn(
          "Run {}: closed with {} events dropped and {} not delivered.",
          started.getRunId(),
          dropped(),
          failed());
    }
  }

  private void joinUntil(long deadline) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        // join(0) would wait for ever.
        thread.join(Math.max(1, left / 1_000_000));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void forgetHook() {
    if (options.closeOnExit() && Thread.currentThread() != exitHook) {
      try {
        Runtime.getRuntime().removeShutdownHook(exitHook);
      } catch (IllegalStateException exiting) {
        LOG.debug("The JVM is shutting down; the hook runs and finds nothing to do", exiting);
      }
    }
  }

  private double now() {
    return clock.millis() / 1000.0;
  }
}
