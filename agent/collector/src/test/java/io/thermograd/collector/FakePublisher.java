package io.thermograd.collector;

import io.thermograd.collector.EventBatch.Outgoing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A topic in memory. */
final class FakePublisher implements EventPublisher {
  final List<Outgoing> published = new ArrayList<>();
  volatile @Nullable String away;

  @Override
  public synchronized Delivery publish(List<Outgoing> events) {
    String why = away;
    if (why != null) {
      return Delivery.deferred(why);
    }
    published.addAll(events);
    return new Delivery(List.of(), null);
  }

  @Override
  public @Nullable String trouble() {
    return away;
  }

  @Override
  public void close() {}
}
