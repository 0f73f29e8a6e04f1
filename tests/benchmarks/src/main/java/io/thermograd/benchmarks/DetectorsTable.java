package io.thermograd.benchmarks;

import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * What a step of all detectors costs, and allocates, over the sketch's dimension and the number of
 * steps seen. Takes JMH's options.
 */
public final class DetectorsTable {
  private DetectorsTable() {}

  public static void main(String[] args) throws RunnerException, CommandLineOptionException {
    System.out.printf(
        Locale.ROOT, "%n%10s  %10s  %-12s %12s %12s%n", "k", "seen", "", "us/step", "B/step");
    for (RunResult r :
        JmhRuns.run(
            JmhRuns.builder(new CommandLineOptions(args), DetectorsBenchmark.class)
                .addProfiler(GCProfiler.class)
                .build())) {
      System.out.printf(
          Locale.ROOT,
          "%10s  %10s  %-12s %12.2f %12.0f%n",
          r.getParams().getParam("k"),
          r.getParams().getParam("seen"),
          JmhRuns.name(r),
          JmhRuns.median(r),
          JmhRuns.allocated(r));
    }
  }
}
