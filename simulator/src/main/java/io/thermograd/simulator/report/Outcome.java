package io.thermograd.simulator.report;

import io.thermograd.simulator.experiment.Experiment;
import io.thermograd.simulator.experiment.Findings;
import io.thermograd.simulator.experiment.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An experiment that was run.
 *
 * @param findings empty when it broke off
 * @param seconds from its beginning to its end
 * @param error what it threw; null when it came to its end
 */
public record Outcome(
    Experiment experiment, Findings findings, double seconds, @Nullable Throwable error) {

  static Outcome brokenOff(Experiment experiment, double seconds, Throwable error) {
    return new Outcome(experiment, new Findings(List.of(), List.of(), List.of()), seconds, error);
  }

  /** Whether it came to its end and met every requirement. */
  public boolean passed() {
    return error == null && findings.passed();
  }

  /** Rows that require something. */
  public long required() {
    return findings.rows().stream().filter(row -> row.verdict() != Row.Verdict.SHOWN).count();
  }

  /** Rows whose requirement is met. */
  public long met() {
    return findings.rows().stream().filter(row -> row.verdict() == Row.Verdict.PASS).count();
  }

  /** In a few words, for example "8 of 9 requirements met". */
  public String summary() {
    return error == null ? Summary.requirements(met(), required()) : "broke off: " + error;
  }
}
