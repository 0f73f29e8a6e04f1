package io.thermograd.simulator.report;

import io.thermograd.simulator.experiment.Row;
import java.util.ArrayList;
import java.util.List;

/** Outcomes as lines for a terminal. */
public final class TextReport {
  private static final int WIDTH = 100;
  private static final String INDENT = "  ";
  private static final String[] HEADINGS = {
    "what", "predicted", "measured", "95 % interval", "ratio", "required", ""
  };

  /** Numbers align right. */
  private static final boolean[] RIGHT = {false, true, true, false, true, false, false};

  private TextReport() {}

  /** Title, question, table, remarks, time. */
  public static List<String> lines(Outcome outcome) {
    List<String> lines = new ArrayList<>();
    lines.add("%s (%s)".formatted(outcome.experiment().title(), outcome.experiment().name()));
    wrap(outcome.experiment().question(), lines);
    if (!outcome.findings().rows().isEmpty()) {
      lines.add("");
      table(outcome.findings().rows(), lines);
    }
    if (!outcome.findings().remarks().isEmpty()) {
      lines.add("");
      outcome.findings().remarks().forEach(remark -> wrap(remark, lines));
    }
    lines.add("");
    wrap(outcome.summary() + " · " + Summary.duration(outcome.seconds()), lines);
    return lines;
  }

  /** Totals, and which experiments failed. */
  public static List<String> lines(Summary summary) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s · %s · %s"
            .formatted(summary.line(), summary.setting(), Summary.duration(summary.seconds())));
    for (Outcome outcome : summary.outcomes()) {
      if (!outcome.passed()) {
        lines.add("FAIL  %s: %s".formatted(outcome.experiment().name(), outcome.summary()));
      }
    }
    return lines;
  }

  private static void table(List<Row> rows, List<String> lines) {
    List<String[]> cells = new ArrayList<>();
    cells.add(HEADINGS);
    for (Row row : rows) {
      cells.add(
          new String[] {
            row.what(),
            Figures.number(row.predicted()),
            Figures.number(row.measured().value()),
            Figures.interval(row.measured()),
            Figures.ratio(row),
            row.requirement().text(),
            Figures.verdict(row.verdict())
          });
    }
    int[] widths = new int[HEADINGS.length];
    for (String[] row : cells) {
      for (int c = 0; c < row.length; c++) {
        widths[c] = Math.max(widths[c], columns(row[c]));
      }
    }
    for (String[] row : cells) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < row.length; c++) {
        String padding = " ".repeat(widths[c] - columns(row[c]));
        line.append(INDENT).append(RIGHT[c] ? padding + row[c] : row[c] + padding);
      }
      lines.add(line.toString().stripTrailing());
    }
  }

  /** Places a text takes on a terminal: letters beyond the 16-bit plane one, accents none. */
  private static int columns(String text) {
    return (int)
        text.codePoints().filter(c -> Character.getType(c) != Character.NON_SPACING_MARK).count();
  }

  private static void wrap(String text, List<String> lines) {
    StringBuilder line = new StringBuilder(INDENT);
    for (String word : text.split(" ")) {
      if (line.length() > INDENT.length() && line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder(INDENT);
      }
      line.append(line.length() > INDENT.length() ? " " : "").append(word);
    }
    lines.add(line.toString());
  }
}
