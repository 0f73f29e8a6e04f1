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
 * Runs {@link LangevinBenchmark} and prints medians over forks and iterations in millions of steps
 * a second. Takes JMH's options.
 */
public final class LangevinTable {
  private LangevinTable() {}

  public static void main(String[] args) throws RunnerException, CommandLineOptionException {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .parent(new CommandLineOptions(args))
                    .include(LangevinBenchmark.class.getName())
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    Map<String, Map<String, Double>> table = new TreeMap<>();
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      table
          .computeIfAbsent(result.getParams().getParam("landscape"), p -> new TreeMap<>())
          .put(name.substring(name.lastIndexOf('.') + 1), median(result));
    }
    print("landscape", "loop", "M steps/s", "ensemble is");
    table.forEach(
        (landscape, rates) ->
            rates.forEach(
                (name, rate) ->
                    print(
                        landscape,
                        name,
                        String.format(Locale.ROOT, "%.1f", rate),
                        String.format(
                            Locale.ROOT,
                            "%.1f ×",
                            rates.getOrDefault("ensemble", Double.NaN) / rate))));
  }

  private static void print(String landscape, String loop, String rate, String ratio) {
    System.out.printf(Locale.ROOT, "%16s  %-16s %10s  %12s%n", landscape, loop, rate, ratio);
  }

  /** Other work on the machine moves the median of iterations least. */
  private static double median(RunResult result) {
    List<Double> rates = new ArrayList<>();
    result
        .getBenchmarkResults()
        .forEach(
            fork -> {
              for (IterationResult iteration : fork.getIterationResults()) {
                rates.add(iteration.getPrimaryResult().getScore());
              }
            });
    rates.sort(null);
    return rates.get(rates.size() / 2);
  }
}
