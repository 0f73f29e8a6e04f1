package io.thermograd.benchmarks;

import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * What a step of all estimators costs, and allocates, over the sketch's dimension, the number of
 * micro-batches and the number of steps seen. Takes JMH's options.
 */
public final class EstimatorsTable {
  private EstimatorsTable() {}

  public static void main(String[] args) throws RunnerException, CommandLineOptionException {
    estimators("cost over k", new CommandLineOptions(args), "k", "256", "1024", "4096", "16384");
    estimators("cost over m", new CommandLineOptions(args), "microBatches", "2", "4", "8", "16");
    estimators(
        "cost over steps seen", new CommandLineOptions(args), "seen", "0", "10000", "100000");
  }

  private static void estimators(
      String title, CommandLineOptions options, String parameter, String... values)
      throws RunnerException {
    System.out.printf(
        Locale.ROOT, "%n%s%n%14s  %-12s %12s %12s%n", title, parameter, "", "us/step", "B/step");
    for (RunResult r :
        JmhRuns.run(
            JmhRuns.builder(options, EstimatorsBenchmark.class)
                .param(parameter, values)
                .addProfiler(GCProfiler.class)
                .build())) {
      System.out.printf(
          Locale.ROOT,
          "%14s  %-12s %12.1f %12.0f%n",
          r.getParams().getParam(parameter),
          JmhRuns.name(r),
          JmhRuns.median(r),
          JmhRuns.allocated(r));
    }
  }
}
