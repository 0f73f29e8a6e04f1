package io.thermograd.live;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.thermograd.wire.Alert;
import io.thermograd.wire.OutputJson;
import java.time.Clock;
import java.util.List;
import java.util.OptionalInt;

/** The JSON end points; README.md of this module describes them. */
final class ApiRoutes {
  private final LiveStore store;
  private final EventStreams streams;
  private final Clock clock;

  ApiRoutes(LiveStore store, EventStreams streams, Clock clock) {
    this.store = store;
    this.streams = streams;
    this.clock = clock;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/health", this::health);
    routes.get("/api/quantities", ctx -> json(ctx, JsonViews.quantities()));
    routes.get("/api/runs", ctx -> json(ctx, JsonViews.runs(store.runs(), store.live(), now())));
    routes.get("/api/runs/{run}", ctx -> json(ctx, JsonViews.run(run(ctx), now())));
    routes.get("/api/runs/{run}/insights", this::insights);
    routes.get("/api/runs/{run}/alerts", this::alerts);
  }

  private void insights(Context ctx) {
    RunView run = run(ctx);
    OptionalInt attempt = attempt(ctx);
    List<CompactInsight> points = store.insights(run.runId(), attempt, since(ctx));
    String format = ctx.queryParam("format");
    if (format == null || format.equals("objects")) {
      json(
          ctx,
          JsonViews.json(
              json -> {
                json.writeStartArray();
                for (CompactInsight p : points) {
                  json.writeRawValue(OutputJson.write(p.toInsight()));
                }
                json.writeEndArray();
              }));
    } else if (format.equals("columns")) {
      json(ctx, InsightColumns.write(points));
    } else {
      throw new BadRequestResponse("format should be 'objects' or 'columns': was '" + format + "'");
    }
  }

  private void alerts(Context ctx) {
    List<Alert> alerts = run(ctx).alerts();
    OptionalInt attempt = attempt(ctx);
    if (attempt.isPresent()) {
      alerts = alerts.stream().filter(a -> a.attempt() == attempt.getAsInt()).toList();
    }
    json(ctx, JsonViews.alerts(alerts));
  }

  private void health(Context ctx) {
    StoreCounts c = store.counts();
    json(
        ctx,
        JsonViews.json(
            json -> {
              json.writeStartObject();
              json.writeStringField("status", "up");
              json.writeBooleanField("live", store.live());
              json.writeNumberField("runs", c.runs());
              json.writeNumberField("points", c.points());
              json.writeNumberField("duplicates", c.duplicates());
              json.writeNumberField("thinned_points", c.thinned());
              json.writeNumberField("evicted_runs", c.evictedRuns());
              json.writeNumberField("evicted_attempts", c.evictedAttempts());
              json.writeNumberField("evicted_alerts", c.evictedAlerts());
              json.writeNumberField("refused_records", c.refused());
              json.writeNumberField("unreadable_records", c.unreadable());
              json.writeNumberField("streams", streams.open());
              json.writeNumberField("slow_streams_closed", streams.closedAsSlow());
              json.writeEndObject();
            }));
  }

  private RunView run(Context ctx) {
    String id = ctx.pathParam("run");
    return store
        .run(id)
        .orElseThrow(
            () -> new NotFoundResponse("no run '" + id + "': GET /api/runs lists those there are"));
  }

  private static OptionalInt attempt(Context ctx) {
    long attempt = number(ctx, "attempt", -1);
    return attempt < 0 ? OptionalInt.empty() : OptionalInt.of((int) attempt);
  }

  private static long since(Context ctx) {
    return number(ctx, "since", -1);
  }

  private static long number(Context ctx, String name, long absent) {
    String text = ctx.queryParam(name);
    if (text == null) {
      return absent;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= -1 && (value <= Integer.MAX_VALUE || !name.equals("attempt"))) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below, like a number out of range.
    }
    throw new BadRequestResponse(name + " should be a whole number from 0: was '" + text + "'");
  }

  private static void json(Context ctx, String body) {
    ctx.contentType("application/json; charset=utf-8").result(body);
  }

  private double now() {
    return clock.millis() / 1e3;
  }
}
