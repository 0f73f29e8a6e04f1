package io.thermograd.stream;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Analyses the runs of as many partitions as the consumer group gives it, on one thread.
 *
 * <p>Any number of workers with the same group id, in any number of processes, share the runs; a
 * worker that dies at any moment leaves behind what another one needs to go on exactly (see {@link
 * WorkerSession}). An error never ends the process: the session is dropped, and after a pause that
 * doubles from {@link WorkerConfig#backoff} to {@link WorkerConfig#maxBackoff} another begins from
 * the last commit; {@link #health} tells. An absent broker is no error: the worker waits for it.
 *
 * <p>The topics must exist: {@link TopicsAdmin#ensure}.
 *
 * <p>Thread-safe.
 */
public final class AnalyzerWorker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AnalyzerWorker.class);

  /** The consumer group of all analyzers of a cluster. */
  public static final String DEFAULT_GROUP = "thermograd-analyzers";

  private final KafkaClients clients;
  private final AnalysisConfig analysis;
  private final FoldLimits limits;
  private final WorkerConfig config;
  private final WorkerListener listener;
  private final LongSupplier clock;
  private final WorkerStatus status;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private boolean stopping;
  private @Nullable WorkerSession session;

  AnalyzerWorker(
      KafkaClients clients,
      AnalysisConfig analysis,
      FoldLimits limits,
      WorkerConfig config,
      WorkerListener listener,
      LongSupplier clock) {
    this.clients = clients;
    this.analysis = analysis;
    this.limits = limits;
    this.config = config;
    this.listener = listener;
    this.clock = clock;
    this.status = new WorkerStatus(clock);
    this.thread = new Thread(this::run, "thermograd-analyzer");
  }

  /**
   * Starts a worker.
   *
   * @param kafka {@code bootstrap.servers}, security and other client settings
   * @param groupId {@link #DEFAULT_GROUP} unless several analyses of one cluster are wanted
   */
  public static AnalyzerWorker start(
      Map<String, ?> kafka,
      String groupId,
      AnalysisConfig analysis,
      FoldLimits limits,
      WorkerConfig config,
      WorkerListener listener) {
    AnalyzerWorker worker =
        new AnalyzerWorker(
            KafkaClients.of(kafka, groupId),
            analysis,
            limits,
            config,
            listener,
            () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    worker.start();
    return worker;
  }

  void start() {
    thread.start();
  }

  /** How the worker is; costs nothing. */
  public WorkerHealth health() {
    return status.snapshot();
  }

  /** Writes what is not durable yet, commits, leaves the group. Waits up to half a minute. */
  @Override
  public void close() {
    lock.lock();
    try {
      stopping = true;
      closing.signalAll();
      if (session != null) {
        session.wakeup();
      }
    } finally {
      lock.unlock();
    }
    try {
      thread.join(30_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Duration pause = config.backoff();
    try {
      while (!stopping()) {
        long began = clock.getAsLong();
        Throwable failure = runSession();
        if (failure == null) {
          return;
        }
        status.failed(oneLine(failure));
        listener.restarted();
        listener.healthy(false);
        if (clock.getAsLong() - began > config.maxBackoff().toMillis()) {
          pause = config.backoff(); // it had worked for a while: a new trouble, not the old one
        }
        log.error("worker failed, begins again in {} ms", pause.toMillis(), failure);
        await(pause);
        pause = min(pause.multipliedBy(2), config.maxBackoff());
      }
    } finally {
      status.state(stopping() ? WorkerHealth.State.STOPPED : WorkerHealth.State.DEAD);
    }
  }

  /** Works until closed (null) or until something fails (what). */
  private @Nullable Throwable runSession() {
    WorkerSession s = null;
    try {
      s = new WorkerSession(clients, analysis, limits, config, listener, clock, status);
      publish(s);
      s.open();
      while (!stopping()) {
        s.tick();
      }
      s.checkpoint();
      return null;
    } catch (WakeupException e) {
      return s == null ? e : finish(s, e);
    } catch (InterruptException e) {
      return e;
    } catch (RuntimeException | Error e) {
      // An Error too: memory that one session exhausted is free again when it is dropped.
      return e;
    } finally {
      publish(null);
      if (s != null) {
        closeQuietly(s);
      }
    }
  }

  private @Nullable Throwable finish(WorkerSession s, WakeupException woken) {
    if (!stopping()) {
      return woken;
    }
    try {
      s.checkpoint();
    } catch (RuntimeException e) {
      log.warn("last checkpoint failed, the next owner replays: {}", e.toString());
    }
    return null;
  }

  private static void closeQuietly(WorkerSession s) {
    try {
      s.close();
    } catch (RuntimeException e) {
      log.warn("clients did not close cleanly: {}", e.toString());
    }
  }

  private boolean stopping() {
    lock.lock();
    try {
      return stopping;
    } finally {
      lock.unlock();
    }
  }

  private void publish(@Nullable WorkerSession s) {
    lock.lock();
    try {
      session = s;
    } finally {
      lock.unlock();
    }
  }

  private void await(Duration pause) {
    lock.lock();
    try {
      long left = pause.toNanos();
      while (!stopping && left > 0) {
        left = closing.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Nobody else knows this thread: an interrupt only cuts the pause short.
    } finally {
      lock.unlock();
    }
  }

  private static String oneLine(Throwable t) {
    String message = t.getMessage();
    String text = t.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    return text.replace('\n', ' ');
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
