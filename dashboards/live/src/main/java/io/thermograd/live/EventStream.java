package io.thermograd.live;

import io.javalin.http.sse.SseClient;
import io.thermograd.wire.OutputJson;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream. With a run: its insights, alerts and changes as they come. Without: the rows
 * of runs that changed, gathered over a second, so that a thousand runs cost no more than a list.
 *
 * <p>A client that falls {@value #QUEUE} events behind is cut off; it reconnects by itself and
 * reads what it missed.
 */
final class EventStream implements Runnable {
  private static final int QUEUE = 4_096;
  private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long GATHER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final SseClient client;
  private final LiveStore store;
  private final @Nullable String runId;
  private final String boot;
  private final Clock clock;
  private final BlockingQueue<StoreEvent> queue = new ArrayBlockingQueue<>(QUEUE);
  private volatile boolean closed;
  private volatile boolean tooSlow;

  EventStream(SseClient client, LiveStore store, @Nullable String runId, String boot, Clock clock) {
    this.client = client;
    this.store = store;
    this.runId = runId;
    this.boot = boot;
    this.clock = clock;
  }

  @Override
  public void run() {
    Runnable unsubscribe = store.subscribe(this::offer);
    client.onClose(this::close);
    try {
      send("hello", status(), null);
      if (runId == null) {
        gathered();
      } else {
        oneByOne();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      unsubscribe.run();
      if (!client.terminated()) {
        client.close();
      }
    }
  }

  void close() {
    closed = true;
    // Wakes the thread; when the queue is full it is awake anyway.
    queue.offer(new StoreEvent.Reload(-1));
  }

  boolean tooSlow() {
    return tooSlow;
  }

  private void offer(StoreEvent event) {
    boolean wanted = runId == null || event.runId().isEmpty() || event.runId().equals(runId);
    if (wanted && !queue.offer(event)) {
      tooSlow = true;
      closed = true;
    }
  }

  private boolean ended() {
    return closed || client.terminated();
  }

  private void oneByOne() throws InterruptedException {
    while (!ended()) {
      StoreEvent event = queue.poll(HEARTBEAT_NANOS, TimeUnit.NANOSECONDS);
      if (ended()) {
        return;
      }
      if (event == null) {
        send("heartbeat", status(), null);
      } else if (event instanceof StoreEvent.InsightStored e) {
        send("insight", OutputJson.write(e.insight()), id(event));
      } else if (event instanceof StoreEvent.AlertStored e) {
        send("alert", OutputJson.write(e.alert()), id(event));
      } else if (event instanceof StoreEvent.RunChanged e) {
        send("run", row(e.runId()), id(event));
      } else {
        send("reload", status(), id(event));
      }
    }
  }

  private void gathered() throws InterruptedException {
    Set<String> changed = new LinkedHashSet<>();
    long lastId = 0;
    long due = System.nanoTime() + GATHER_NANOS;
    long heartbeat = System.nanoTime() + HEARTBEAT_NANOS;
    while (!ended()) {
      StoreEvent event = queue.poll(Math.max(1, due - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (event instanceof StoreEvent.Reload && !ended()) {
        send("reload", status(), id(event));
        changed.clear();
      } else if (event != null) {
        changed.add(event.runId());
        lastId = event.id();
      }
      long now = System.nanoTime();
      if (now - due >= 0) {
        for (String run : changed) {
          send("run", row(run), boot + "-" + lastId);
        }
        if (changed.isEmpty() && now - heartbeat >= 0) {
          send("heartbeat", status(), null);
        }
        if (!changed.isEmpty() || now - heartbeat >= 0) {
          heartbeat = now + HEARTBEAT_NANOS;
        }
        changed.clear();
        due = now + GATHER_NANOS;
      }
    }
  }

  private String row(String run) {
    return store.run(run).map(JsonViews::row).orElseGet(() -> JsonViews.gone(run));
  }

  private String id(StoreEvent event) {
    return boot + "-" + event.id();
  }

  private String status() {
    return JsonViews.json(
        json -> {
          json.writeStartObject();
          json.writeStringField("boot", boot);
          json.writeBooleanField("live", store.live());
          json.writeNumberField("now", clock.millis() / 1e3);
          json.writeEndObject();
        });
  }

  private void send(String event, String data, @Nullable String id) {
    client.sendEvent(event, data, id);
  }
}
