package io.thermograd.live;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Severity;
import io.thermograd.wire.proto.RunStarted;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The JSON of the HTTP API, as README.md of this module describes it. */
final class JsonViews {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Shown in a row of the list of runs. */
  private static final List<String> ROW_QUANTITIES =
      List.of(
          QuantityName.LOSS.id(),
          QuantityName.GRADIENT_NOISE_SCALE.id(),
          QuantityName.BATCH_SIZE.id(),
          QuantityName.STEPS_PER_SECOND.id());

  @FunctionalInterface
  interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  private JsonViews() {}

  static String json(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      body.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  static String error(String message) {
    return json(
        json -> {
          json.writeStartObject();
          json.writeStringField("error", message);
          json.writeEndObject();
        });
  }

  static String runs(List<RunView> runs, boolean live, double now) {
    return json(
        json -> {
          json.writeStartObject();
          json.writeNumberField("now", now);
          json.writeBooleanField("live", live);
          json.writeArrayFieldStart("runs");
          for (RunView run : runs) {
            row(json, run);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  static String row(RunView run) {
    return json(json -> row(json, run));
  }

  static String gone(String runId) {
    return json(
        json -> {
          json.writeStartObject();
          json.writeStringField("run_id", runId);
          json.writeBooleanField("gone", true);
          json.writeEndObject();
        });
  }

  static String run(RunView run, double now) {
    return json(
        json -> {
          json.writeStartObject();
          json.writeNumberField("now", now);
          rowFields(json, run);
          json.writeArrayFieldStart("attempts");
          for (RunView.Attempt a : run.attempts()) {
            attempt(json, a);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  static String alerts(List<Alert> alerts) {
    return json(
        json -> {
          json.writeStartArray();
          for (Alert alert : alerts) {
            json.writeRawValue(OutputJson.write(alert));
          }
          json.writeEndArray();
        });
  }

  static String quantities() {
    return json(
        json -> {
          json.writeStartObject();
          for (QuantityName q : QuantityName.values()) {
            json.writeObjectFieldStart(q.id());
            json.writeStringField("unit", q.unit());
            json.writeStringField("meaning", q.meaning());
            json.writeEndObject();
          }
          json.writeEndObject();
        });
  }

  private static void row(JsonGenerator json, RunView run) throws IOException {
    json.writeStartObject();
    rowFields(json, run);
    json.writeEndObject();
  }

  private static void rowFields(JsonGenerator json, RunView run) throws IOException {
    RunView.Attempt newest = run.newest();
    Insight latest = newest == null ? null : newest.latest();
    RunSummary summary = newest == null ? null : newest.summary();
    json.writeStringField("run_id", run.runId());
    json.writeNumberField("attempt", newest == null ? 0 : newest.number());
    json.writeNumberField("attempt_count", run.attempts().size());
    json.writeStringField("status", summary == null ? "unknown" : summary.status().id());
    json.writeNumberField("activity", run.activity());
    json.writeNumberField("step", lastStep(newest));
    writeNullable(json, "regime", latest == null ? null : regime(latest));
    writeNullable(json, "severity", latest == null ? null : severity(latest));
    if (summary != null && summary.started().hasBudgetSteps()) {
      json.writeNumberField("budget_steps", summary.started().getBudgetSteps());
    }
    json.writeObjectFieldStart("quantities");
    for (String name : ROW_QUANTITIES) {
      Quantity q = latest == null ? null : latest.quantities().get(name);
      if (q != null) {
        quantity(json, name, q);
      }
    }
    json.writeEndObject();
    json.writeObjectFieldStart("alerts");
    for (Severity severity : List.of(Severity.INFO, Severity.WARNING, Severity.CRITICAL)) {
      json.writeNumberField(
          severity.id(),
          // Once an episode, whatever more was said of it.
          run.alerts().stream()
              .filter(a -> a.severity() == severity && a.state() == Alert.State.OPENED)
              .count());
    }
    json.writeEndObject();
    if (summary != null) {
      labels(json, summary.started());
    }
  }

  private static void attempt(JsonGenerator json, RunView.Attempt a) throws IOException {
    json.writeStartObject();
    json.writeNumberField("attempt", a.number());
    json.writeNumberField("points", a.points());
    json.writeNumberField("step", lastStep(a));
    RunSummary summary = a.summary();
    json.writeStringField("status", summary == null ? "unknown" : summary.status().id());
    if (summary != null) {
      started(json, summary.started());
    }
    if (a.latest() != null) {
      json.writeFieldName("latest");
      json.writeRawValue(OutputJson.write(a.latest()));
    }
    json.writeEndObject();
  }

  private static void started(JsonGenerator json, RunStarted s) throws IOException {
    json.writeNumberField("started_at", s.getStartedAt());
    json.writeStringField("optimizer", id(s.getOptimizer().name(), "OPTIMIZER_"));
    json.writeStringField("sampling", id(s.getSampling().name(), "SAMPLING_"));
    if (s.hasParameterCount()) {
      json.writeNumberField("parameter_count", s.getParameterCount());
    }
    if (s.hasDatasetSize()) {
      json.writeNumberField("dataset_size", s.getDatasetSize());
    }
    if (s.hasBudgetSteps()) {
      json.writeNumberField("budget_steps", s.getBudgetSteps());
    }
    if (s.hasMomentum()) {
      json.writeNumberField("momentum", s.getMomentum());
    }
    if (s.hasBeta1()) {
      json.writeNumberField("beta1", s.getBeta1());
    }
    if (s.hasBeta2()) {
      json.writeNumberField("beta2", s.getBeta2());
    }
    if (s.hasWeightDecay()) {
      json.writeNumberField("weight_decay", s.getWeightDecay());
    }
    json.writeNumberField("world_size", Math.max(1, s.getWorldSize()));
    json.writeStringField("sketch_scheme", s.getSketchScheme());
    json.writeNumberField("sketch_dim", s.getSketchDim());
    labels(json, s);
  }

  private static void labels(JsonGenerator json, RunStarted s) throws IOException {
    json.writeObjectFieldStart("labels");
    for (Map.Entry<String, String> e : new TreeMap<>(s.getLabelsMap()).entrySet()) {
      json.writeStringField(e.getKey(), e.getValue());
    }
    json.writeEndObject();
  }

  private static void quantity(JsonGenerator json, String name, Quantity q) throws IOException {
    json.writeObjectFieldStart(name);
    writeNullable(json, "value", q.value());
    writeNullable(json, "low", q.low());
    writeNullable(json, "high", q.high());
    json.writeEndObject();
  }

  private static void writeNullable(JsonGenerator json, String name, @Nullable Double x)
      throws IOException {
    if (x != null) {
      json.writeNumberField(name, x);
    }
  }

  private static void writeNullable(JsonGenerator json, String name, @Nullable String s)
      throws IOException {
    if (s != null) {
      json.writeStringField(name, s);
    }
  }

  private static long lastStep(RunView.@Nullable Attempt a) {
    if (a == null) {
      return -1;
    }
    long said = a.summary() == null ? -1 : a.summary().lastStep();
    return a.latest() == null ? said : Math.max(said, a.latest().step());
  }

  private static @Nullable String regime(Insight i) {
    return i.regime() == null ? null : i.regime().id();
  }

  private static @Nullable String severity(Insight i) {
    return i.verdict() == null ? null : i.verdict().severity().id();
  }

  private static String id(String protoName, String unspecifiedPrefix) {
    return protoName.startsWith(unspecifiedPrefix) || protoName.equals("UNRECOGNIZED")
        ? "unspecified"
        : protoName.toLowerCase(java.util.Locale.ROOT);
  }
}
