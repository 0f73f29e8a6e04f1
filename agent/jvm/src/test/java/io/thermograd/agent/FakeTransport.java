package io.thermograd.agent;

import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Keeps what it is sent, and fails, throws or hangs on demand. */
final class FakeTransport implements EventTransport {
  private final List<Event> events = new ArrayList<>();
  final CountDownLatch entered = new CountDownLatch(1);
  final CountDownLatch closedLatch = new CountDownLatch(1);
  volatile @Nullable CountDownLatch gate;
  volatile boolean deaf;
  volatile boolean closed;
  volatile long undelivered;
  volatile int failuresLeft;
  volatile Function<Event, @Nullable Throwable> failure = event -> null;

  @Override
  public void send(Event event) throws IOException, InterruptedException {
    entered.countDown();
    awaitGate();
    Throwable thrown = failure.apply(event);
    if (failuresLeft > 0) {
      failuresLeft--;
      thrown = new IOException("not yet");
    }
    if (thrown instanceof IOException e) {
      throw e;
    }
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
    synchronized (events) {
      events.add(event);
      events.notifyAll();
    }
  }

  private void awaitGate() throws InterruptedException {
    CountDownLatch wait = gate;
    while (wait != null && wait.getCount() > 0) {
      try {
        wait.await();
      } catch (InterruptedException e) {
        if (!deaf) {
          throw e;
        }
      }
    }
  }

  @Override
  public void flush(Duration deadline) {}

  @Override
  public long failed() {
    return undelivered;
  }

  @Override
  public void close(Duration deadline) {
    closed = true;
    closedLatch.countDown();
  }

  List<Event> events() {
    synchronized (events) {
      return List.copyOf(events);
    }
  }

  Event last() {
    List<Event> all = events();
    return all.get(all.size() - 1);
  }

  void awaitSize(int size) {
    synchronized (events) {
      while (events.size() < size) {
        try {
          events.wait();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }
}
