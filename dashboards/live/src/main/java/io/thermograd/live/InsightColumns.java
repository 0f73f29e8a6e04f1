package io.thermograd.live;

import com.fasterxml.jackson.core.JsonGenerator;
import io.thermograd.wire.BasinReport;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.Regime;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Insights as one array a quantity, a fifth of the size of one object an insight. Numbers are
 * rounded to seven digits (binary32 where it has the range): they are meant for drawing.
 */
final class InsightColumns {
  private static final String[] PARTS = {"value", "low", "high"};

  private InsightColumns() {}

  static String write(List<CompactInsight> points) {
    return JsonViews.json(json -> write(json, points));
  }

  private static void write(JsonGenerator json, List<CompactInsight> points) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("step");
    for (CompactInsight p : points) {
      json.writeNumber(p.step());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("time");
    for (CompactInsight p : points) {
      json.writeNumber(p.time());
    }
    json.writeEndArray();
    Set<String> names = new LinkedHashSet<>();
    points.forEach(p -> names.addAll(p.names()));
    json.writeObjectFieldStart("quantities");
    for (String name : names) {
      json.writeObjectFieldStart(name);
      for (int part = 0; part < PARTS.length; part++) {
        column(json, points, name, part);
      }
      json.writeEndObject();
    }
    json.writeEndObject();
    regimes(json, points);
    basins(json, points);
    if (!points.isEmpty()) {
      json.writeFieldName("latest");
      json.writeRawValue(OutputJson.write(points.get(points.size() - 1).toInsight()));
    }
    json.writeEndObject();
  }

  /** What the run was doing at each point, null where that is not identified. */
  private static void regimes(JsonGenerator json, List<CompactInsight> points) throws IOException {
    if (points.stream().allMatch(p -> p.regime() == null)) {
      return;
    }
    json.writeArrayFieldStart("regime");
    for (CompactInsight p : points) {
      Regime regime = p.regime();
      json.writeString(regime == null ? null : regime.id());
    }
    json.writeEndArray();
  }

  /** Where the run was at each point, null where no basins are told apart. */
  private static void basins(JsonGenerator json, List<CompactInsight> points) throws IOException {
    if (points.stream().allMatch(p -> p.basin() == null)) {
      return;
    }
    json.writeObjectFieldStart("basin");
    basinColumn(json, points, "current", BasinReport::current);
    basinColumn(json, points, "x", basin -> (float) basin.position().x());
    basinColumn(json, points, "y", basin -> (float) basin.position().y());
    json.writeEndObject();
  }

  private static void basinColumn(
      JsonGenerator json,
      List<CompactInsight> points,
      String name,
      Function<BasinReport, Number> read)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (CompactInsight p : points) {
      BasinReport basin = p.basin();
      if (basin == null) {
        json.writeNull();
      } else if (read.apply(basin) instanceof Integer whole) {
        json.writeNumber(whole);
      } else {
        json.writeNumber(read.apply(basin).floatValue());
      }
    }
    json.writeEndArray();
  }

  /** Left out when it holds no number at all, as the bounds of an exact quantity do. */
  private static void column(JsonGenerator json, List<CompactInsight> points, String name, int part)
      throws IOException {
    if (points.stream().allMatch(p -> Double.isNaN(number(p, name, part)))) {
      return;
    }
    json.writeArrayFieldStart(PARTS[part]);
    for (CompactInsight p : points) {
      double x = number(p, name, part);
      float rounded = (float) x;
      if (Double.isNaN(x)) {
        json.writeNull();
      } else if (Float.isInfinite(rounded) || (Math.abs(rounded) < Float.MIN_NORMAL && x != 0)) {
        json.writeNumber(x);
      } else {
        json.writeNumber(rounded);
      }
    }
    json.writeEndArray();
  }

  private static double number(CompactInsight p, String name, int part) {
    int at = p.indexOf(name);
    return at < 0 ? Double.NaN : p.number(at, part);
  }
}
