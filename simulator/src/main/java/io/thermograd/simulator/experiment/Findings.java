package io.thermograd.simulator.experiment;

import java.util.List;

/**
 * What an experiment found.
 *
 * @param rows comparisons, in the order to show them
 * @param plots pictures of the same
 * @param remarks whole sentences for the reader: what deviates, and why
 */
public record Findings(List<Row> rows, List<Plot> plots, List<String> remarks) {
  public Findings {
    rows = List.copyOf(rows);
    plots = List.copyOf(plots);
    remarks = List.copyOf(remarks);
  }

  /** Whether every row that requires something got it. */
  public boolean passed() {
    return rows.stream().noneMatch(row -> row.verdict() == Row.Verdict.FAIL);
  }
}
