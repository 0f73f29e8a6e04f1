package io.thermograd.collector;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds the memory that all requests take together. Thread-safe. */
final class HeldBytes {
  private final long most;
  private final AtomicLong held = new AtomicLong();

  HeldBytes(long most) {
    this.most = most;
  }

  /** Takes so many bytes, unless there is no room for them. */
  boolean tryHold(long bytes) {
    if (held.addAndGet(bytes) <= most) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  void release(long bytes) {
    held.addAndGet(-bytes);
  }
}
