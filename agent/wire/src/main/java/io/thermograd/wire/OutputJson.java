package io.thermograd.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import io.thermograd.wire.proto.RunStarted;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What analyzers say, as JSON: one line without its line break. The same object always gives the
 * same text; numbers are the shortest decimals that read back as the same bits; fields that are
 * null are left out. The {@code parse} methods are the inverse; they pass over unknown fields and
 * throw {@link IllegalArgumentException} with a one-line message for anything else. Stateless.
 */
public final class OutputJson {
  private OutputJson() {}

  /** The value on {@link Topics#INSIGHTS}. */
  public static String write(Insight insight) {
    return Json.write(
        out -> {
          out.writeStartObject();
          writePlace(out, insight.runId(), insight.attempt(), insight.step(), insight.time());
          out.writeObjectFieldStart("quantities");
          for (Map.Entry<String, Quantity> entry : insight.quantities().entrySet()) {
            out.writeFieldName(entry.getKey());
            writeQuantity(out, entry.getValue());
          }
          out.writeEndObject();
          if (!insight.vectors().isEmpty()) {
            writeVectors(out, insight.vectors());
          }
          out.writeObjectFieldStart("absent");
          for (Map.Entry<String, String> entry : insight.absent().entrySet()) {
            out.writeStringField(entry.getKey(), entry.getValue());
          }
          out.writeEndObject();
          if (insight.regime() != null) {
            out.writeStringField("regime", insight.regime().id());
          }
          out.writeArrayFieldStart("overlays");
          for (String overlay : insight.overlays()) {
            out.writeString(overlay);
          }
          out.writeEndArray();
          if (insight.verdict() != null) {
            writeVerdict(out, insight.verdict());
          }
          FindingsJson.write(out, insight.findings());
          out.writeEndObject();
        });
  }

  /** The insight that {@link #write(Insight)} wrote. */
  public static Insight parseInsight(String json) {
    JsonRecord in = JsonRecord.parse("insight", json);
    Map<String, Quantity> quantities = new LinkedHashMap<>();
    JsonRecord given = in.optionalRecord("quantities");
    if (given != null) {
      given.recordFields().forEach((name, q) -> quantities.put(name, quantity(q)));
    }
    Map<String, List<Quantity>> vectors = new LinkedHashMap<>();
    JsonRecord several = in.optionalRecord("vectors");
    if (several != null) {
      several
          .recordListFields()
          .forEach(
              (name, list) -> vectors.put(name, list.stream().map(OutputJson::quantity).toList()));
    }
    JsonRecord absent = in.optionalRecord("absent");
    String regime = in.optionalString("regime");
    JsonRecord verdict = in.optionalRecord("verdict");
    return new Insight(
        in.string("run_id"),
        Math.toIntExact(in.integer("attempt")),
        in.integer("step"),
        in.number("time"),
        quantities,
        vectors,
        absent == null ? Map.of() : absent.stringFields(),
        regime == null ? null : JsonRecord.constant("regime", Regime.class, regime),
        in.strings("overlays"),
        verdict == null ? null : verdict(verdict),
        FindingsJson.read(in));
  }

  /** The value on {@link Topics#ALERTS}. */
  public static String write(Alert alert) {
    return Json.write(
        out -> {
          out.writeStartObject();
          writePlace(out, alert.runId(), alert.attempt(), alert.step(), alert.time());
          out.writeStringField("kind", alert.kind());
          out.writeStringField("severity", alert.severity().id());
          out.writeStringField("title", alert.title());
          out.writeStringField("evidence", alert.evidence());
          out.writeStringField("next", alert.next());
          out.writeStringField("state", alert.state().id());
          out.writeNumberField("opened_at", alert.openedAt());
          out.writeEndObject();
        });
  }

  /** The alert that {@link #write(Alert)} wrote; one without a state has just opened. */
  public static Alert parseAlert(String json) {
    JsonRecord in = JsonRecord.parse("alert", json);
    String state = in.optionalString("state");
    Long openedAt = in.optionalInteger("opened_at");
    return new Alert(
        in.string("run_id"),
        Math.toIntExact(in.integer("attempt")),
        in.integer("step"),
        in.number("time"),
        in.string("kind"),
        JsonRecord.constant("severity", Severity.class, in.string("severity")),
        in.string("title"),
        in.string("evidence"),
        in.string("next"),
        state == null ? Alert.State.OPENED : JsonRecord.constant("state", Alert.State.class, state),
        openedAt == null ? in.integer("step") : openedAt);
  }

  /** The value on {@link Topics#RUNS}. */
  public static String write(RunSummary run) {
    return Json.write(
        out -> {
          out.writeStartObject();
          out.writeFieldName("run_started");
          MessageJsonWriter.write(out, run.started());
          out.writeStringField("status", run.status().id());
          out.writeNumberField("last_step", run.lastStep());
          out.writeNumberField("time", run.time());
          out.writeEndObject();
        });
  }

  /** The entry that {@link #write(RunSummary)} wrote. */
  public static RunSummary parseRun(String json) {
    RunStarted.Builder started = RunStarted.newBuilder();
    JsonRecord in =
        JsonRecord.parse(
            "run",
            json,
            Map.of(
                "run_started",
                parser -> {
                  new MessageJsonReader(parser, MessageJsonReader.Unknown.SKIP).readInto(started);
                  return started;
                }));
    in.require("run_started");
    return new RunSummary(
        started.build(),
        JsonRecord.constant("run.status", RunSummary.Status.class, in.string("status")),
        in.integer("last_step"),
        in.number("time"));
  }

  private static void writePlace(
      JsonGenerator out, String runId, int attempt, long step, double time) throws IOException {
    out.writeStringField("run_id", runId);
    out.writeNumberField("attempt", attempt);
    out.writeNumberField("step", step);
    out.writeNumberField("time", time);
  }

  private static void writeVectors(JsonGenerator out, Map<String, List<Quantity>> vectors)
      throws IOException {
    out.writeObjectFieldStart("vectors");
    for (Map.Entry<String, List<Quantity>> entry : vectors.entrySet()) {
      out.writeArrayFieldStart(entry.getKey());
      for (Quantity q : entry.getValue()) {
        writeQuantity(out, q);
      }
      out.writeEndArray();
    }
    out.writeEndObject();
  }

  static void writeQuantity(JsonGenerator out, Quantity q) throws IOException {
    out.writeStartObject();
    writeOptional(out, "value", q.value());
    writeOptional(out, "low", q.low());
    writeOptional(out, "high", q.high());
    out.writeStringField("method", q.method());
    out.writeEndObject();
  }

  private static void writeOptional(JsonGenerator out, String name, @Nullable Double value)
      throws IOException {
    if (value != null) {
      out.writeNumberField(name, value);
    }
  }

  static Quantity quantity(JsonRecord in) {
    return new Quantity(
        in.optionalNumber("value"),
        in.optionalNumber("low"),
        in.optionalNumber("high"),
        in.string("method"));
  }

  private static void writeVerdict(JsonGenerator out, Verdict v) throws IOException {
    out.writeObjectFieldStart("verdict");
    out.writeStringField("severity", v.severity().id());
    out.writeStringField("title", v.title());
    out.writeStringField("why", v.why());
    out.writeStringField("next", v.next());
    out.writeEndObject();
  }

  private static Verdict verdict(JsonRecord in) {
    return new Verdict(
        JsonRecord.constant("verdict.severity", Severity.class, in.string("severity")),
        in.string("title"),
        in.string("why"),
        in.string("next"));
  }
}
