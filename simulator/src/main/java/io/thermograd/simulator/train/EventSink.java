package io.thermograd.simulator.train;

import io.thermograd.wire.proto.Event;
import java.io.IOException;

/** Where a run's events go, in their order. */
@FunctionalInterface
public interface EventSink {
  void accept(Event event) throws IOException;
}
