package io.thermograd.app;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run's analysis has come to, as text for a terminal. Not thread-safe. */
final class RunReport {
  private static final int ALERTS = 20;

  private final String runId;
  private final List<Alert> alerts = new ArrayList<>();
  private long furtherAlerts;
  private @Nullable Insight last;
  private @Nullable RunSummary summary;

  RunReport(String runId) {
    this.runId = runId;
  }

  void insight(Insight insight) {
    last = insight;
  }

  void alert(Alert alert) {
    if (alerts.size() < ALERTS) {
      alerts.add(alert);
    } else {
      furtherAlerts++;
    }
  }

  void run(RunSummary newer) {
    summary = newer;
  }

  /** The report's lines, columns aligned. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(heading());
    if (last == null) {
      lines.add("  no step could be analysed");
    } else {
      quantities(last, lines);
    }
    alerts(lines);
    if (last != null && last.verdict() != null) {
      verdict(last.verdict(), lines);
    }
    return lines;
  }

  private String heading() {
    List<String> parts = new ArrayList<>();
    parts.add("run " + runId);
    if (last != null) {
      parts.add("attempt " + last.attempt());
      parts.add("step " + String.format(Locale.ROOT, "%,d", last.step()));
    }
    parts.add(summary == null ? "not started" : summary.status().id());
    if (last != null) {
      String absent = last.absent().get("regime");
      parts.add(
          last.regime() != null
              ? "regime " + last.regime().id()
              : "regime unknown" + (absent == null ? "" : " (" + absent + ")"));
      if (!last.overlays().isEmpty()) {
        parts.add(String.join(", ", last.overlays()));
      }
    }
    return String.join(" · ", parts);
  }

  private static void quantities(Insight insight, List<String> lines) {
    TextTable table = new TextTable("quantity", ">value", "95 % interval", "unit", "method");
    for (Map.Entry<String, Quantity> e : insight.quantities().entrySet()) {
      Quantity q = e.getValue();
      QuantityName name = QuantityName.byId(e.getKey());
      table.row(
          e.getKey(),
          q.value() == null ? bound(q) : number(q.value()),
          interval(q),
          name == null ? "" : name.unit(),
          q.method());
    }
    lines.addAll(table.lines("  "));
    insight
        .absent()
        .forEach(
            (name, reason) -> {
              if (!name.equals("regime") && !insight.quantities().containsKey(name)) {
                lines.add("  " + name + " is absent: " + reason);
              }
            });
  }

  private void alerts(List<String> lines) {
    if (alerts.isEmpty()) {
      lines.add("  alerts: none");
      return;
    }
    for (Alert a : alerts) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  alert at step %,d, %s, %s: %s (%s) Next: %s",
              a.step(),
              a.severity().id(),
              a.kind(),
              a.title(),
              a.evidence(),
              a.next()));
    }
    if (furtherAlerts > 0) {
      lines.add(String.format(Locale.ROOT, "  and %,d more alerts", furtherAlerts));
    }
  }

  private static void verdict(Verdict verdict, List<String> lines) {
    lines.add("  verdict (" + verdict.severity().id() + "): " + verdict.title());
    lines.add("    why:  " + verdict.why());
    lines.add("    next: " + verdict.next());
  }

  private static String bound(Quantity q) {
    return q.low() != null
        ? "≥ " + number(q.low())
        : "≤ " + number(q.high() == null ? 0 : q.high());
  }

  private static String interval(Quantity q) {
    if (q.low() == null && q.high() == null) {
      return "exact";
    }
    if (q.low() != null && q.high() != null) {
      return number(q.low()) + " … " + number(q.high());
    }
    return q.low() != null
        ? "from " + number(q.low())
        : "to " + number(q.high() == null ? 0 : q.high());
  }

  /** Four significant digits, without an exponent while that stays short. */
  static String number(double x) {
    double size = Math.abs(x);
    if (x == 0) {
      return "0";
    }
    if (size < 1e-4 || size >= 1e7) {
      return String.format(Locale.ROOT, "%.3e", x);
    }
    if (size >= 1000) {
      return String.format(Locale.ROOT, "%.0f", x);
    }
    int decimals = 3 - (int) Math.floor(Math.log10(size));
    return String.format(Locale.ROOT, "%." + decimals + "f", x);
  }
}
