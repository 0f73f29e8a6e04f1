package io.thermograd.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link Findings} as fields of an insight; what there is none of is left out. Stateless. */
final class FindingsJson {
  private FindingsJson() {}

  static void write(JsonGenerator out, Findings findings) throws IOException {
    BasinReport basin = findings.basin();
    if (basin != null) {
      writeBasin(out, basin);
    }
    if (!findings.forecasts().isEmpty()) {
      out.writeArrayFieldStart("forecasts");
      for (Forecast forecast : findings.forecasts()) {
        out.writeStartObject();
        out.writeStringField("name", forecast.name());
        out.writeNumberField("made_at", forecast.madeAt());
        out.writeNumberField("due", forecast.due());
        out.writeFieldName("expected");
        OutputJson.writeQuantity(out, forecast.expected());
        out.writeEndObject();
      }
      out.writeEndArray();
    }
    if (!findings.scores().isEmpty()) {
      out.writeObjectFieldStart("forecast_scores");
      for (Map.Entry<String, ForecastScore> entry : findings.scores().entrySet()) {
        ForecastScore score = entry.getValue();
        out.writeObjectFieldStart(entry.getKey());
        out.writeNumberField("scored", score.scored());
        out.writeNumberField("covered", score.covered());
        out.writeNumberField("level", score.level());
        writeKnown(out, "mean_log_score", score.meanLogScore());
        if (score.voided() > 0) {
          out.writeNumberField("voided", score.voided());
        }
        out.writeEndObject();
      }
      out.writeEndObject();
    }
    if (!findings.averages().isEmpty()) {
      out.writeObjectFieldStart("averages");
      for (Map.Entry<String, Quantity> entry : findings.averages().entrySet()) {
        out.writeFieldName(entry.getKey());
        OutputJson.writeQuantity(out, entry.getValue());
      }
      out.writeEndObject();
    }
  }

  private static void writeBasin(JsonGenerator out, BasinReport basin) throws IOException {
    out.writeObjectFieldStart("basin");
    out.writeNumberField("current", basin.current());
    out.writeNumberField("count", basin.count());
    out.writeNumberField("transitions", basin.transitions());
    writeNumbers(out, "occupation", basin.occupation());
    writeNumbers(out, "mean_dwell_steps", basin.meanDwellSteps());
    out.writeBooleanField("validated", basin.validated());
    out.writeFieldName("position");
    writePoint(out, basin.position());
    out.writeArrayFieldStart("centres");
    for (BasinReport.Point centre : basin.centres()) {
      writePoint(out, centre);
    }
    out.writeEndArray();
    out.writeArrayFieldStart("flows");
    for (BasinReport.Flow flow : basin.flows()) {
      out.writeStartObject();
      out.writeNumberField("from", flow.from());
      out.writeNumberField("to", flow.to());
      out.writeNumberField("count", flow.count());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void writePoint(JsonGenerator out, BasinReport.Point point) throws IOException {
    out.writeStartObject();
    out.writeNumberField("x", point.x());
    out.writeNumberField("y", point.y());
    out.writeEndObject();
  }

  /** Null for a number that is not known: JSON has no NaN. */
  private static void writeNumbers(JsonGenerator out, String name, List<Double> numbers)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (double x : numbers) {
      if (Double.isFinite(x)) {
        out.writeNumber(x);
      } else {
        out.writeNull();
      }
    }
    out.writeEndArray();
  }

  private static void writeKnown(JsonGenerator out, String name, double x) throws IOException {
    if (Double.isFinite(x)) {
      out.writeNumberField(name, x);
    }
  }

  static Findings read(JsonRecord in) {
    JsonRecord basin = in.optionalRecord("basin");
    Map<String, ForecastScore> scores = new LinkedHashMap<>();
    JsonRecord given = in.optionalRecord("forecast_scores");
    if (given != null) {
      given
          .recordFields()
          .forEach(
              (name, score) ->
                  scores.put(
                      name,
                      new ForecastScore(
                          score.integer("scored"),
                          score.integer("covered"),
                          score.number("level"),
                          orNaN(score.optionalNumber("mean_log_score")),
                          Math.round(orZero(score.optionalNumber("voided"))))));
    }
    Map<String, Quantity> averages = new LinkedHashMap<>();
    JsonRecord scalars = in.optionalRecord("averages");
    if (scalars != null) {
      scalars.recordFields().forEach((name, q) -> averages.put(name, OutputJson.quantity(q)));
    }
    return new Findings(
        basin == null ? null : basin(basin),
        in.records("forecasts").stream().map(FindingsJson::forecast).toList(),
        scores,
        averages);
  }

  private static Forecast forecast(JsonRecord in) {
    return new Forecast(
        in.string("name"),
        in.integer("made_at"),
        in.integer("due"),
        OutputJson.quantity(in.record("expected")));
  }

  private static BasinReport basin(JsonRecord in) {
    return new BasinReport(
        Math.toIntExact(in.integer("current")),
        Math.toIntExact(in.integer("count")),
        in.integer("transitions"),
        in.numbers("occupation"),
        in.numbers("mean_dwell_steps"),
        in.bool("validated"),
        point(in.record("position")),
        in.records("centres").stream().map(FindingsJson::point).toList(),
        in.records("flows").stream()
            .map(
                flow ->
                    new BasinReport.Flow(
                        Math.toIntExact(flow.integer("from")),
                        Math.toIntExact(flow.integer("to")),
                        flow.integer("count")))
            .toList());
  }

  private static BasinReport.Point point(JsonRecord in) {
    return new BasinReport.Point(in.number("x"), in.number("y"));
  }

  private static double orZero(@Nullable Double x) {
    return x == null ? 0 : x;
  }

  private static double orNaN(@Nullable Double x) {
    return x == null ? Double.NaN : x;
  }
}
