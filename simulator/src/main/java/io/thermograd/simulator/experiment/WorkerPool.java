package io.thermograd.simulator.experiment;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * A fixed number of threads, the caller's among them. Whoever calls {@link #map} works on its parts
 * until none is left to begin, so that maps within maps neither wait for a free thread nor use more
 * threads than there are. Thread-safe.
 */
public final class WorkerPool implements Workers, AutoCloseable {
  private final int threads;
  private final ExecutorService helpers;

  /**
   * @param threads at least 1; 1 means the caller's alone
   */
  public WorkerPool(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads should be at least 1: were " + threads);
    }
    this.threads = threads;
    AtomicInteger number = new AtomicInteger();
    this.helpers =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1), // started on demand: none for a single thread
            task -> {
              Thread thread = new Thread(task, "experiment-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** As many threads as there are cores. */
  public static WorkerPool ofCores() {
    return new WorkerPool(Runtime.getRuntime().availableProcessors());
  }

  @Override
  public <T> List<T> map(int count, IntFunction<T> part) {
    Parts<T> parts = new Parts<>(count, part);
    for (int i = 1; i < Math.min(threads, count); i++) {
      helpers.execute(parts::work);
    }
    parts.work();
    return parts.await();
  }

  /** Ends the threads. Maps must be over. */
  @Override
  public void close() {
    helpers.shutdownNow();
  }

  /** One call of map. A helper that comes when all parts are begun finds nothing to do. */
  private static final class Parts<T> {
    private final IntFunction<T> part;
    private final Object[] results;
    private final Throwable[] errors;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger firstFailure;
    private final CountDownLatch open;

    Parts(int count, IntFunction<T> part) {
      this.part = part;
      this.results = new Object[count];
      this.errors = new Throwable[count];
      this.firstFailure = new AtomicInteger(count);
      this.open = new CountDownLatch(count);
    }

    void work() {
      for (int i = next.getAndIncrement(); i < results.length; i = next.getAndIncrement()) {
        // Parts begin in order, so that every one below a failure runs and the lowest is known.
        if (i < firstFailure.get()) {
          run(i);
        }
        open.countDown();
      }
    }

    @SuppressWarnings("unchecked") // run wrote nothing but T
    List<T> await() {
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while parts were running");
      }
      int failure = firstFailure.get();
      if (failure < results.length) {
        throw rethrown(errors[failure]);
      }
      return (List<T>) List.of(results);
    }

    @SuppressWarnings("IllegalCatch") // handed on to the caller of map
    private void run(int i) {
      try {
        results[i] = part.apply(i);
      } catch (Throwable e) {
        errors[i] = e;
        firstFailure.accumulateAndGet(i, Math::min);
      }
    }

    private static RuntimeException rethrown(Throwable e) {
      if (e instanceof Error error) {
        throw error;
      }
      return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }
  }
}
