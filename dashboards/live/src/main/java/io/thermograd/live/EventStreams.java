package io.thermograd.live;

import io.javalin.http.sse.SseClient;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** All open streams of server-sent events. Thread-safe. */
final class EventStreams implements AutoCloseable {
  /** More than any number of people would open on one machine; each holds one thread. */
  static final int MOST = 128;

  /** Tells a page after a reconnect whether it still talks to the server it knew. */
  private final String boot = UUID.randomUUID().toString().substring(0, 8);

  private final LiveStore store;
  private final Clock clock;
  private final Map<EventStream, Thread> open = new ConcurrentHashMap<>();
  private final AtomicLong closedAsSlow = new AtomicLong();

  EventStreams(LiveStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Serves one client from a thread of its own until either side ends it. */
  void serve(SseClient client, @Nullable String runId) {
    client.keepAlive();
    EventStream stream = new EventStream(client, store, runId, boot, clock);
    Thread thread =
        new Thread(
            () -> {
              try {
                stream.run();
              } finally {
                open.remove(stream);
                if (stream.tooSlow()) {
                  closedAsSlow.incrementAndGet();
                }
              }
            },
            "live-stream");
    thread.setDaemon(true);
    open.put(stream, thread);
    thread.start();
  }

  boolean full() {
    return open.size() >= MOST;
  }

  int open() {
    return open.size();
  }

  long closedAsSlow() {
    return closedAsSlow.get();
  }

  /** Ends all streams and waits a moment for that: they need the server to say good-bye. */
  @Override
  public void close() {
    Map<EventStream, Thread> ending = Map.copyOf(open);
    ending.keySet().forEach(EventStream::close);
    try {
      for (Thread thread : ending.values()) {
        thread.join(500);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
