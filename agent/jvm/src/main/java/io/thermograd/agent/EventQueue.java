package io.thermograd.agent;

import io.thermograd.wire.proto.Event;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Unlocked first-in-first-out queue of events, bounded by the bytes that they take. Any number of
 * threads may offer; one polls.
 */
final class EventQueue {
  /** What the objects of an event take beyond its serialised bytes, generously. */
  private static final int OBJECT_BYTES = 512;

  private record Entry(Event event, long bytes) {}

  private final long capacity;
  private final AtomicLong held = new AtomicLong();
  private final ConcurrentLinkedQueue<Entry> entries = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  EventQueue(long capacity) {
    this.capacity = capacity;
  }

  /** False when the event does not fit or the queue is closed; the caller counts it then. */
  boolean offer(Event event) {
    long bytes = (long) event.getSerializedSize() + OBJECT_BYTES;
    if (closed || !reserve(bytes)) {
      return false;
    }
    Entry entry = new Entry(event, bytes);
    entries.add(entry);
    if (closed && entries.remove(entry)) {
      // Closed meanwhile, and close() did not see this entry: exactly one of the two counts it.
      held.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  private boolean reserve(long bytes) {
    long before = held.get();
    while (before + bytes <= capacity) {
      if (held.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = held.get();
    }
    return false;
  }

  @Nullable Event poll() {
    Entry entry = entries.poll();
    if (entry == null) {
      return null;
    }
    held.addAndGet(-entry.bytes);
    return entry.event;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Refuses everything from now on and returns how many events were thrown away. */
  long close() {
    closed = true;
    long thrownAway = 0;
    while (poll() != null) {
      thrownAway++;
    }
    return thrownAway;
  }
}
