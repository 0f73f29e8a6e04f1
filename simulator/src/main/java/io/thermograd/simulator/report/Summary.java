package io.thermograd.simulator.report;

import java.util.List;
import java.util.Locale;

/**
 * All outcomes of one call.
 *
 * @param outcomes in the order of the experiments
 * @param seconds from the first beginning to the last end
 */
public record Summary(long seed, boolean quick, List<Outcome> outcomes, double seconds) {
  public Summary {
    outcomes = List.copyOf(outcomes);
  }

  public boolean passed() {
    return outcomes.stream().allMatch(Outcome::passed);
  }

  public long required() {
    return outcomes.stream().mapToLong(Outcome::required).sum();
  }

  public long met() {
    return outcomes.stream().mapToLong(Outcome::met).sum();
  }

  /** For example "17 experiments: 103 of 104 requirements met". */
  public String line() {
    long broken = outcomes.stream().filter(outcome -> outcome.error() != null).count();
    return "%d %s: %s%s"
        .formatted(
            outcomes.size(),
            outcomes.size() == 1 ? "experiment" : "experiments",
            requirements(met(), required()),
            broken == 0 ? "" : ", " + broken + " broke off");
  }

  /** For example "seed 1, quick" or "seed 1, full". */
  public String setting() {
    return "seed " + seed + ", " + (quick ? "quick" : "full");
  }

  static String requirements(long met, long required) {
    return "%d of %d %s met"
        .formatted(met, required, required == 1 ? "requirement" : "requirements");
  }

  /** Seconds as a person reads them. */
  static String duration(double seconds) {
    return seconds < 60
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : "%d min %d s".formatted((long) seconds / 60, (long) seconds % 60);
  }
}
