package io.thermograd.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link SketchBenchmark} and prints medians over forks and iterations in GB/s. Takes JMH's
 * options.
 */
public final class SketchTable {
  private SketchTable() {}

  public static void main(String[] args) throws RunnerException, CommandLineOptionException {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .parent(new CommandLineOptions(args))
                    .include(SketchBenchmark.class.getName())
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    Map<Integer, Map<String, Double>> table = new TreeMap<>();
    for (RunResult result : results) {
      int parameters = Integer.parseInt(result.getParams().getParam("parameters"));
      String name = result.getParams().getBenchmark();
      table
          .computeIfAbsent(parameters, p -> new TreeMap<>())
          .put(name.substring(name.lastIndexOf('.') + 1), gigabytesPerSecond(result, parameters));
    }
    print("floats", "pass", "GB/s", "of reading");
    table.forEach(
        (parameters, rates) -> {
          double bandwidth = rates.getOrDefault("read", Double.NaN);
          rates.forEach(
              (name, rate) ->
                  print(
                      String.valueOf(parameters),
                      name,
                      String.format(Locale.ROOT, "%.1f", rate),
                      String.format(Locale.ROOT, "%.0f %%", 100 * rate / bandwidth)));
        });
  }

  private static void print(String floats, String pass, String rate, String share) {
    System.out.printf(Locale.ROOT, "%12s  %-12s %8s  %10s%n", floats, pass, rate, share);
  }

  /** From the median time of an iteration, which other work on the machine moves least. */
  private static double gigabytesPerSecond(RunResult result, int parameters) {
    List<Double> milliseconds = new ArrayList<>();
    result
        .getBenchmarkResults()
        .forEach(
            fork -> {
              for (IterationResult iteration : fork.getIterationResults()) {
                milliseconds.add(iteration.getPrimaryResult().getScore());
              }
            });
    milliseconds.sort(null);
    double median = milliseconds.get(milliseconds.size() / 2);
    return 4.0 * parameters / 1e6 / median;
  }
}
