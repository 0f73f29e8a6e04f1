package io.thermograd.endtoend;

import io.thermograd.metrics.Health;
import io.thermograd.metrics.MetricsServer;
import io.thermograd.metrics.ThermogradMetrics;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Findings;
import io.thermograd.wire.ForecastScore;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Regime;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.Severity;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A metrics server with three runs that nobody trains: one healthy, one whose gradient is lost in
 * its noise and that sends one micro-batch a step, one that diverges and loses telemetry.
 */
final class SyntheticRuns implements AutoCloseable {
  private final ThermogradMetrics metrics = new ThermogradMetrics();
  private final MetricsServer server = MetricsServer.start(0, metrics, Health::ok);
  private final Thread feeder = new Thread(this::feed, "synthetic-runs");
  private volatile boolean stop;
  private volatile boolean healthyRemoved;

  SyntheticRuns() throws IOException {
    feeder.start();
  }

  int port() {
    return server.port();
  }

  /** From now on the healthy run's series are gone. */
  void removeHealthy() {
    healthyRemoved = true;
  }

  private void feed() {
    metrics.workerHealthy(true);
    for (long tick = 0; !stop; tick++) {
      long step = 100 * tick;
      if (!healthyRemoved) {
        metrics.publish(
            insight("healthy", step, Regime.DESCENDING, measured("within_step", 0, 0)),
            Map.of("team", "vision"));
      } else {
        metrics.remove("healthy");
      }
      metrics.publish(insight("noisy", step, null, noisy()), Map.of());
      metrics.publish(
          insight("diverging", step, Regime.DIVERGING, measured("within_step", tick / 4, tick / 2)),
          Map.of("team", "speech", "model", "m"));
      if (tick == 5) {
        metrics.alert(
            new Alert("diverging", 0, step, now(), "divergence", Severity.CRITICAL, "t", "e", "n"));
      }
      metrics.accepted(300);
      metrics.rejected(RejectionKind.MALFORMED);
      metrics.lag(0, tick % 3);
      metrics.lag(1, 0);
      metrics.snapshot(4_000);
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static Map<String, Quantity> measured(String method, long dropped, long missing) {
    Map<String, Quantity> q = new LinkedHashMap<>();
    for (QuantityName name : QuantityName.values()) {
      if (name.isVector()) {
        continue;
      }
      double x = name.ordinal() + 1;
      String how =
          switch (name) {
            case LOSS -> "exponential_mean";
            case EFFECTIVE_DIMENSION -> "lagged_contrasts";
            default -> method;
          };
      q.put(name.id(), Quantity.of(x, 0.9 * x, 1.1 * x, how));
    }
    q.put(QuantityName.DROPPED_EVENTS.id(), Quantity.exact(dropped, "counted"));
    q.put(QuantityName.MISSING_STEPS.id(), Quantity.exact(missing, "counted"));
    return q;
  }

  private static Map<String, Quantity> noisy() {
    return Map.of(
        QuantityName.LOSS.id(), Quantity.of(2, 1.9, 2.1, "exponential_mean"),
        QuantityName.NOISE_TRACE.id(), Quantity.of(5, 4, 6, "temporal"),
        QuantityName.GRADIENT_NOISE_SCALE.id(), Quantity.atLeast(700, "temporal"),
        QuantityName.BATCH_SIZE.id(), Quantity.exact(64, "reported"));
  }

  private static Insight insight(
      String run,
      long step,
      @org.jspecify.annotations.Nullable Regime regime,
      Map<String, Quantity> quantities) {
    Map<String, List<Quantity>> vectors = new LinkedHashMap<>();
    for (QuantityName name : QuantityName.values()) {
      if (name.isVector()) {
        vectors.put(
            name.id(),
            List.of(Quantity.of(2, 1.8, 2.2, "vector"), Quantity.of(0.5, 0.4, 0.6, "vector")));
      }
    }
    Findings findings =
        new Findings(
            null,
            List.of(),
            Map.of("loss", new ForecastScore(step / 100 + 1, step / 100, 0.9, 1.5)),
            Map.of("accuracy", Quantity.of(0.9, 0.8, 1, "random_scaling")));
    return new Insight(
        run,
        0,
        step,
        now(),
        quantities,
        vectors,
        Map.of(),
        regime,
        List.of("oscillating"),
        null,
        findings);
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }

  @Override
  public void close() throws InterruptedException {
    stop = true;
    feeder.interrupt();
    feeder.join();
    server.close();
    metrics.close();
  }
}
