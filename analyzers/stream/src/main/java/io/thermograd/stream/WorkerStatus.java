package io.thermograd.stream;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Written by the worker's thread, read by any. */
final class WorkerStatus {
  private final LongSupplier clock;
  private volatile WorkerHealth.State state = WorkerHealth.State.STARTING;
  private volatile long lastPoll = Long.MIN_VALUE;
  private volatile @Nullable String lastError;
  private volatile int restarts;
  private volatile int partitions;
  private volatile int runs;
  private volatile long processed;
  private volatile double rate;
  private volatile long lag;

  WorkerStatus(LongSupplier clock) {
    this.clock = clock;
  }

  void state(WorkerHealth.State s) {
    state = s;
  }

  WorkerHealth.State state() {
    return state;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void failed(String error) {
    lastError = error;
    restarts++;
    partitions = 0;
    runs = 0;
    rate = 0;
    state = WorkerHealth.State.RESTARTING;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void polled(int records) {
    lastPoll = clock.getAsLong();
    processed += records;
    state = WorkerHealth.State.RUNNING;
  }

  void measured(int partitions, int runs, double rate, long lag) {
    this.partitions = partitions;
    this.runs = runs;
    this.rate = rate;
    this.lag = lag;
  }

  long processed() {
    return processed;
  }

  WorkerHealth snapshot() {
    long poll = lastPoll;
    long age = poll == Long.MIN_VALUE ? -1 : Math.max(0, clock.getAsLong() - poll);
    return new WorkerHealth(
        state, age, lastError, restarts, partitions, runs, processed, rate, lag);
  }
}
