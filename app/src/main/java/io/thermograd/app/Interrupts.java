package io.thermograd.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Turns the first Ctrl-C (or SIGTERM) into a request to stop, which the command's own thread
 * honours by unwinding; the second one ends the process at once.
 */
final class Interrupts {
  private final CountDownLatch requested = new CountDownLatch(1);
  private final AtomicInteger count = new AtomicInteger();

  private Interrupts() {}

  /** Takes over the process's signals. Where that is not possible, they end it as usual. */
  static Interrupts install() {
    Interrupts interrupts = new Interrupts();
    for (String name : new String[] {"INT", "TERM"}) {
      try {
        Signal.handle(new Signal(name), signal -> interrupts.signalled());
      } catch (IllegalArgumentException e) {
        // the JVM was started with -Xrs, or the platform has no such signal
        continue;
      }
    }
    return interrupts;
  }

  /** Asks to stop, as the first Ctrl-C does. */
  void request() {
    requested.countDown();
  }

  boolean requested() {
    return requested.getCount() == 0;
  }

  void await() throws InterruptedException {
    requested.await();
  }

  /** Waits at most this long; whether stopping was requested. */
  boolean await(long time, TimeUnit unit) throws InterruptedException {
    return requested.await(time, unit);
  }

  private void signalled() {
    if (count.incrementAndGet() > 1) {
      Runtime.getRuntime().halt(ExitCode.FORCED);
    }
    request();
  }
}
