package io.thermograd.app;

import io.thermograd.collector.CollectorListener;
import io.thermograd.collector.CollectorOptions;
import io.thermograd.collector.CollectorServer;
import io.thermograd.metrics.CollectorMeters;
import io.thermograd.wire.RejectionKind;
import java.io.IOException;
import java.util.Map;

/** The HTTP collector among a command's services, with its meters. */
final class Collector {
  private Collector() {}

  static CollectorServer serve(
      Services services,
      Map<String, Object> client,
      CollectorOptions options,
      CollectorMeters meters)
      throws IOException {
    return services.add(
        "the collector", CollectorServer.start(client, options, new Counting(meters)));
  }

  private record Counting(CollectorMeters meters) implements CollectorListener {
    @Override
    public void answered(int status) {
      meters.answered(status);
    }

    @Override
    public void received(int events, long bytes) {
      meters.received(events, bytes);
    }

    @Override
    public void accepted(int events) {
      meters.accepted(events);
    }

    @Override
    public void rejected(RejectionKind kind) {
      meters.rejected(kind);
    }

    @Override
    public void deferred(int events) {
      meters.deferred(events);
    }
  }
}
