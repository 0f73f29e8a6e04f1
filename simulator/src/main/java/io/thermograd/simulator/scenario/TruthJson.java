package io.thermograd.simulator.scenario;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;

/** A {@link Truth} as JSON: the same truth, the same bytes. */
public final class TruthJson {
  /** Doubles as the shortest decimal that reads back as the same bits, on every JDK. */
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .build();

  private TruthJson() {}

  /** Writes one object and a line break; leaves {@code out} open. Non-finite numbers are quoted. */
  public static void write(Truth truth, Writer out) throws IOException {
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.setPrettyPrinter(
          new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
      new Printer(json).truth(truth);
    }
    out.write('\n');
    out.flush();
  }

  private record Printer(JsonGenerator json) {

    void truth(Truth truth) throws IOException {
      json.writeStartObject();
      json.writeStringField("scenario", truth.scenario());
      json.writeStringField("description", truth.description());
      json.writeStringField("run_id", truth.runId());
      json.writeNumberField("seed", truth.seed());
      json.writeNumberField("steps", truth.steps());
      json.writeStringField("ending", truth.ending());
      json.writeObjectFieldStart("settings");
      for (var setting : truth.settings().entrySet()) {
        json.writeStringField(setting.getKey(), setting.getValue());
      }
      json.writeEndObject();
      array("moments", truth.moments(), this::moment);
      array("regimes", truth.regimes(), this::span);
      json.writeObjectFieldStart("quantities");
      for (Truth.Quantity quantity : truth.quantities()) {
        quantity(quantity);
      }
      json.writeEndObject();
      if (!truth.basins().isEmpty()) {
        array("basins", truth.basins(), this::basin);
        array("passages", truth.passages(), this::passage);
        array("visits", truth.visits(), this::visit);
      }
      json.writeEndObject();
    }

    private void moment(Truth.Moment moment) throws IOException {
      json.writeStringField("kind", moment.kind());
      json.writeNumberField("step", moment.step());
      json.writeStringField("what", moment.what());
    }

    private void span(Truth.Span span) throws IOException {
      json.writeStringField("regime", span.regime().name().toLowerCase(Locale.ROOT));
      json.writeNumberField("from", span.from());
      json.writeNumberField("to", span.to());
      json.writeStringField("what", span.what());
    }

    private void quantity(Truth.Quantity quantity) throws IOException {
      json.writeObjectFieldStart(quantity.name());
      json.writeStringField("unit", quantity.unit());
      json.writeStringField("what", quantity.what());
      array("values", quantity.values(), this::at);
      json.writeEndObject();
    }

    private void at(Truth.At at) throws IOException {
      json.writeNumberField("step", at.step());
      json.writeFieldName("value");
      double[][] rows = at.value();
      if (rows.length == 1 && rows[0].length == 1) {
        json.writeNumber(rows[0][0]);
      } else if (rows.length == 1) {
        json.writeArray(rows[0], 0, rows[0].length);
      } else {
        json.writeStartArray();
        for (double[] row : rows) {
          json.writeArray(row, 0, row.length);
        }
        json.writeEndArray();
      }
    }

    private void basin(Truth.Basin basin) throws IOException {
      json.writeNumberField("index", basin.index());
      vector("position", basin.position());
      json.writeNumberField("loss", basin.loss());
      vector("curvatures", basin.curvatures());
    }

    private void passage(Truth.Passage passage) throws IOException {
      json.writeNumberField("from", passage.from());
      json.writeNumberField("to", passage.to());
      vector("saddle", passage.saddle());
      json.writeNumberField("barrier", passage.barrier());
      json.writeNumberField("escape_steps", passage.escapeSteps());
    }

    private void visit(Truth.Visit visit) throws IOException {
      json.writeNumberField("basin", visit.basin());
      json.writeNumberField("crossed", visit.crossed());
      json.writeNumberField("entered", visit.entered());
    }

    private void vector(String name, double[] values) throws IOException {
      json.writeFieldName(name);
      json.writeArray(values, 0, values.length);
    }

    private <T> void array(String name, List<T> items, Fields<T> fields) throws IOException {
      json.writeArrayFieldStart(name);
      for (T item : items) {
        json.writeStartObject();
        fields.write(item);
        json.writeEndObject();
      }
      json.writeEndArray();
    }
  }

  private interface Fields<T> {
    void write(T item) throws IOException;
  }
}
