package io.thermograd.simulator.train;

import java.util.concurrent.locks.LockSupport;

/**
 * Holds a loop to a number of turns per second by the machine's clock. A turn that comes late is
 * not made up for by a burst.
 */
final class Pacer {
  private static final long SECOND = 1_000_000_000L;

  private final long interval;
  private long due;
  private boolean started;

  /**
   * @param perSecond turns a second; infinity for as fast as it goes
   */
  Pacer(double perSecond) {
    this.interval = (long) (SECOND / perSecond);
  }

  /** Waits for the next turn. Returns early when the thread is interrupted, and leaves it so. */
  void await() {
    if (interval == 0) {
      return;
    }
    long now = System.nanoTime();
    if (!started) {
      started = true;
      due = now;
    }
    while (due - now > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, due - now);
      now = System.nanoTime();
    }
    due = Math.max(due, now - interval) + interval;
  }
}
