package io.thermograd.agent;

import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A reporter's background thread: RunStarted, then the queue, then RunFinished, each handed to the
 * transport. The only caller of the transport.
 */
final class Sender implements Runnable {
  private static final long TICK_NANOS = 100_000_000L;
  private static final long LONGEST_PAUSE_NANOS = 5_000_000_000L;

  private final RunStarted started;
  private final Supplier<RunFinished.Builder> finished;
  private final EventTransport transport;
  private final ReporterOptions options;
  private final EventQueue queue;
  private final AtomicLong dropped;
  private final Warnings warnings;

  private final AtomicLong refused = new AtomicLong();
  private volatile long undelivered;
  private volatile boolean idle;
  private volatile @Nullable Event inHand;
  private volatile boolean finishSettled;
  private volatile boolean abandoned;
  private volatile RunFinished.@Nullable Status status;
  private volatile boolean closing;
  private volatile long deadline;

  Sender(
      RunStarted started,
      Supplier<RunFinished.Builder> finished,
      EventTransport transport,
      ReporterOptions options,
      EventQueue queue,
      AtomicLong dropped,
      Warnings warnings) {
    this.started = started;
    this.finished = finished;
    this.transport = transport;
    this.options = options;
    this.queue = queue;
    this.dropped = dropped;
    this.warnings = warnings;
  }

  /** Events that the transport refused or, as far as it said so, did not deliver. */
  long failed() {
    return refused.get() + undelivered;
  }

  synchronized void finish(RunFinished.Status first) {
    if (status == null) {
      status = first;
    }
  }

  /** No more work after this {@link System#nanoTime()}. */
  void close(long deadlineNanos) {
    deadline = deadlineNanos;
    closing = true;
  }

  /**
   * To be called after an offer to the queue. Unparks the thread only when it waits for one: a busy
   * sender costs the trainer nothing, and a pause after a failure lasts.
   */
  void wake(Thread thread) {
    if (idle) {
      idle = false;
      LockSupport.unpark(thread);
    }
  }

  /** The transport hangs: what it holds and the RunFinished behind it are lost, and counted. */
  void abandon() {
    abandoned = true;
    Event stuck = inHand;
    boolean lostAnother = stuck != null && !stuck.hasRunFinished();
    boolean lostFinish = options.announce() && !finishSettled;
    refused.addAndGet((lostAnother ? 1 : 0) + (lostFinish ? 1 : 0));
  }

  @Override
  public void run() {
    if (options.announce()) {
      insist(Event.newBuilder().setRunStarted(started).build(), true);
    }
    drain();
    dropped.addAndGet(queue.close());
    if (options.announce() && !abandoned) {
      // So that RunFinished carries the final count.
      attempt("flush", () -> transport.flush(Duration.ofNanos(remaining() / 2)));
      noteUndelivered();
      RunFinished.Status end = status == null ? RunFinished.Status.STOPPED : status;
      RunFinished.Builder last =
          finished.get().setStatus(end).setDroppedEvents(dropped.get() + failed());
      insist(Event.newBuilder().setRunFinished(last).build(), false);
      finishSettled = true;
    }
    if (!abandoned) {
      attempt("flush", () -> transport.flush(Duration.ofNanos(remaining())));
    }
    attempt("close", () -> transport.close(Duration.ofNanos(remaining())));
    if (!abandoned) {
      noteUndelivered();
    }
  }

  private void drain() {
    while (!outOfTime(true)) {
      Event event = queue.poll();
      if (event != null) {
        inHand = event;
        if (!attempt("send", () -> transport.send(event)) && !abandoned) {
          refused.incrementAndGet();
        }
        inHand = null;
        noteUndelivered();
      } else if (status != null) {
        return;
      } else {
        awaitEvent();
        noteUndelivered();
      }
    }
  }

  /** Tries until the transport takes the event or time is up. */
  private void insist(Event event, boolean leaveTimeForRest) {
    long pause = TICK_NANOS;
    inHand = event;
    while (!attempt("send", () -> transport.send(event)) && !abandoned) {
      if (outOfTime(leaveTimeForRest)) {
        refused.incrementAndGet();
        break;
      }
      LockSupport.parkNanos(this, Math.min(pause, remaining()));
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
    inHand = null;
  }

  private interface Action {
    void run() throws Exception;
  }

  /** Whatever a transport throws stays here: in one line of the log and in the counts. */
  @SuppressWarnings("CatchingUnchecked")
  private boolean attempt(String verb, Action action) {
    try {
      action.run();
      return true;
    } catch (InterruptedException e) {
      // Only close() interrupts this thread, and it has set the deadline that ends every loop here.
      warn("The transport was interrupted during " + verb);
      return false;
    } catch (Throwable e) {
      warn("Could not %s: %s".formatted(verb, e));
      return false;
    }
  }

  @SuppressWarnings("CatchingUnchecked")
  private void noteUndelivered() {
    try {
      long before = undelivered;
      long now = transport.failed();
      undelivered = now;
      if (now > before) {
        warn(now + " events were not delivered so far");
      }
    } catch (Throwable e) {
      warn("Could not count: " + e);
    }
  }

  @SuppressWarnings("CatchingUnchecked")
  private void warn(String what) {
    try {
      warnings.warn("Run %s: %s. Training is not affected.".formatted(started.getRunId(), what));
    } catch (Throwable logging) {
      // A logger that throws must not end the sender.
    }
  }

  private void awaitEvent() {
    idle = true;
    // Looked at after the flag is up: who offers later sees the flag and unparks this thread.
    if (queue.isEmpty() && status == null) {
      LockSupport.parkNanos(this, TICK_NANOS);
    }
    idle = false;
  }

  private boolean outOfTime(boolean leaveTimeForRest) {
    long reserve = leaveTimeForRest ? options.flushDeadline().toNanos() / 2 : 0;
    return closing && remaining() <= reserve;
  }

  /** Of close()'s deadline; before close() a whole one. */
  private long remaining() {
    return closing ? Math.max(0, deadline - System.nanoTime()) : options.flushDeadline().toNanos();
  }
}
