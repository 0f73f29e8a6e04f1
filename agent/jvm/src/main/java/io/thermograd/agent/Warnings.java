package io.thermograd.agent;

import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Lets one warning a minute through and says with the next how many it held back. Thread-safe. */
final class Warnings {
  private static final long INTERVAL_NANOS = 60_000_000_000L;

  private final Consumer<String> log;
  private final LongSupplier nanoTime;
  private boolean warned;
  private long lastNanos;
  private long heldBack;

  Warnings(Consumer<String> log, LongSupplier nanoTime) {
    this.log = log;
    this.nanoTime = nanoTime;
  }

  synchronized void warn(String line) {
    long now = nanoTime.getAsLong();
    if (warned && now - lastNanos < INTERVAL_NANOS) {
      heldBack++;
      return;
    }
    log.accept(heldBack == 0 ? line : line + " (and " + heldBack + " like it before)");
    warned = true;
    lastNanos = now;
    heldBack = 0;
  }
}
