package io.thermograd.simulator.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.thermograd.simulator.experiment.Plot;
import io.thermograd.simulator.experiment.Row;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Locale;

/**
 * Outcomes as one JSON object; field names and their order are stable, fields are only ever added.
 * Numbers are written with the fewest digits that give the same double again. NaN (not predicted,
 * not known) is null; infinities are the strings "Infinity" and "-Infinity".
 *
 * <p>The same seed gives the same bytes but for the fields {@code seconds}.
 */
public final class JsonReport {
  private static final int SCHEMA = 1;

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER) // the same digits on every JDK
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .build();

  private final JsonGenerator json;

  private JsonReport(JsonGenerator json) {
    this.json = json;
  }

  /** Writes the object and a line's end; leaves the writer open. */
  public static void write(Summary summary, Writer out) throws IOException {
    try (JsonGenerator json =
        FACTORY.createGenerator(out).setPrettyPrinter(new DefaultPrettyPrinter())) {
      new JsonReport(json).summary(summary);
    }
    out.write("\n");
    out.flush();
  }

  /** Only what is needed to draw: a list of experiments with a list of plots each. */
  static String plots(Summary summary) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      JsonReport report = new JsonReport(json);
      json.writeStartArray();
      for (Outcome outcome : summary.outcomes()) {
        json.writeStartArray();
        for (Plot plot : outcome.findings().plots()) {
          report.plot(plot);
        }
        json.writeEndArray();
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new IllegalStateException("a StringWriter does not fail", e);
    }
    return out.toString();
  }

  private void summary(Summary summary) throws IOException {
    json.writeStartObject();
    json.writeNumberField("schema", SCHEMA);
    json.writeNumberField("seed", summary.seed());
    json.writeBooleanField("quick", summary.quick());
    json.writeBooleanField("passed", summary.passed());
    json.writeNumberField("required", summary.required());
    json.writeNumberField("met", summary.met());
    number("seconds", summary.seconds());
    json.writeArrayFieldStart("experiments");
    for (Outcome outcome : summary.outcomes()) {
      outcome(outcome, summary);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void outcome(Outcome outcome, Summary summary) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", outcome.experiment().name());
    json.writeStringField("title", outcome.experiment().title());
    json.writeStringField("question", outcome.experiment().question());
    json.writeNumberField("seed", summary.seed());
    json.writeBooleanField("quick", summary.quick());
    json.writeBooleanField("passed", outcome.passed());
    json.writeStringField("error", outcome.error() == null ? null : outcome.error().toString());
    json.writeArrayFieldStart("rows");
    for (Row row : outcome.findings().rows()) {
      row(row);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("plots");
    for (Plot plot : outcome.findings().plots()) {
      plot(plot);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("remarks");
    for (String remark : outcome.findings().remarks()) {
      json.writeString(remark);
    }
    json.writeEndArray();
    number("seconds", outcome.seconds());
    json.writeEndObject();
  }

  private void row(Row row) throws IOException {
    json.writeStartObject();
    json.writeStringField("what", row.what());
    number("predicted", row.predicted());
    number("measured", row.measured().value());
    number("low", row.measured().low());
    number("high", row.measured().high());
    number("ratio", row.ratio());
    json.writeStringField("requirement", row.requirement().text());
    json.writeStringField("verdict", row.verdict().name().toLowerCase(Locale.ROOT));
    json.writeEndObject();
  }

  private void plot(Plot plot) throws IOException {
    json.writeStartObject();
    json.writeStringField("title", plot.title());
    axis("x", plot.x());
    axis("y", plot.y());
    json.writeArrayFieldStart("series");
    for (Plot.Series series : plot.series()) {
      json.writeStartObject();
      json.writeStringField("name", series.name());
      json.writeStringField("style", series.style().name().toLowerCase(Locale.ROOT));
      numbers("x", series.x());
      numbers("y", series.y());
      numbers("low", series.low());
      numbers("high", series.high());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void axis(String name, Plot.Axis axis) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeStringField("label", axis.label());
    json.writeBooleanField("logarithmic", axis.logarithmic());
    json.writeEndObject();
  }

  private void numbers(String name, double[] values) throws IOException {
    json.writeArrayFieldStart(name);
    for (double x : values) {
      number(x);
    }
    json.writeEndArray();
  }

  private void number(String name, double x) throws IOException {
    json.writeFieldName(name);
    number(x);
  }

  private void number(double x) throws IOException {
    if (Double.isNaN(x)) {
      json.writeNull();
    } else if (Double.isInfinite(x)) {
      json.writeString(String.valueOf(x));
    } else {
      json.writeNumber(x);
    }
  }
}
