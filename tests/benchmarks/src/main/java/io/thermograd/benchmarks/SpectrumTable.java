package io.thermograd.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * The streaming spectrum beside its peers on the same rows: rows a second, medians over forks and
 * iterations, and the mean error of the top ten eigenvalues. Takes JMH's options. The peers in
 * Python need numpy and scikit-learn and get one thread, and OpenBLAS the processor's own kernels.
 */
public final class SpectrumTable {
  private static final Path PEERS = Path.of("tests/benchmarks/src/main/python/spectrum_peers.py");
  private static final String ROW = "%6s  %5s  %-18s %10s  %9s  %8s%n";

  private SpectrumTable() {}

  public static void main(String[] args)
      throws RunnerException, CommandLineOptionException, IOException, InterruptedException {
    spectra(new CommandLineOptions(args));
  }

  private static void spectra(CommandLineOptions options)
      throws RunnerException, IOException, InterruptedException {
    System.out.printf(Locale.ROOT, ROW, "k", "rows", "", "rows/s", "ours is", "error");
    for (int k : new int[] {1024, 4096}) {
      float[][] rows = SpectrumStream.rows(k);
      double[] peer = SpectrumBenchmark.frequentDirections(rows);
      Path file = Files.createTempFile("spectrum", ".f32");
      try {
        SpectrumStream.write(rows, file);
        for (int perStep : new int[] {4, 8, 64}) {
          Map<String, double[]> rates = new LinkedHashMap<>();
          for (RunResult r :
              JmhRuns.run(
                  JmhRuns.builder(options, SpectrumBenchmark.class)
                      .param("k", String.valueOf(k))
                      .param("rowsPerStep", String.valueOf(perStep))
                      .build())) {
            String name = JmhRuns.name(r);
            double[] values =
                name.equals("thermograd") ? SpectrumBenchmark.ours(rows, perStep) : peer;
            rates.put(
                name,
                new double[] {perStep * 1e6 / JmhRuns.median(r), SpectrumStream.error(values)});
          }
          python(file, k, perStep, rates);
          double ours = rates.getOrDefault("thermograd", new double[] {Double.NaN})[0];
          rates.forEach(
              (name, x) ->
                  System.out.printf(
                      Locale.ROOT,
                      ROW,
                      k,
                      perStep,
                      name,
                      "%.0f".formatted(x[0]),
                      "%.1f x".formatted(ours / x[0]),
                      "%.1f %%".formatted(100 * x[1])));
        }
      } finally {
        Files.delete(file);
      }
    }
  }

  private static void python(Path file, int k, int rows, Map<String, double[]> rates)
      throws IOException, InterruptedException {
    ProcessBuilder process =
        new ProcessBuilder(
            System.getenv().getOrDefault("PYTHON", "/usr/bin/python3"),
            PEERS.toString(),
            file.toString(),
            String.valueOf(k),
            String.valueOf(rows),
            String.valueOf(SpectrumBenchmark.RANK));
    process.environment().put("OMP_NUM_THREADS", "1");
    process.environment().put("OPENBLAS_NUM_THREADS", "1");
    if (Files.readString(Path.of("/proc/cpuinfo")).contains("avx512f")) {
      process.environment().put("OPENBLAS_CORETYPE", "SkylakeX");
    }
    Process running = process.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (running.waitFor() != 0) {
      System.out.println("the peers in Python did not run: they need numpy and scikit-learn");
      return;
    }
    for (String line : out.lines().toList()) {
      String[] words = line.split(" ");
      double[] values = Arrays.stream(words).skip(2).mapToDouble(Double::parseDouble).toArray();
      rates.put(
          words[0], new double[] {Double.parseDouble(words[1]), SpectrumStream.error(values)});
    }
  }
}
