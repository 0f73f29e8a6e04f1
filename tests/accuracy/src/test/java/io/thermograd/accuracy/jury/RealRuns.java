package io.thermograd.accuracy.jury;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Recordings of real PyTorch runs and what was true of them, made by real_runs.py when they are not
 * there yet: kept in target/real-runs under a name that follows from the scripts.
 */
public final class RealRuns {
  private static final Path SCRIPTS = Path.of("src", "test", "python").toAbsolutePath();
  private static final Path AGENT = Path.of("..", "..", "agent", "python", "src").toAbsolutePath();
  private static final List<String> HALVES =
      List.of(
          "healthy,noise_floor_sgd,divergence_1.5,divergence_1.005,nan,staircase,edge,dead_units",
          "noise_floor_momentum,divergence_1.05,catapult,plateau_drop,adam_spikes,vanishing,"
              + "permuted,trapped");

  /** One recording and its labels. */
  public record Run(Path recording, Labels labels) {}

  private RealRuns() {}

  /** All kinds with seeds 1 to {@code seeds}. Skips the test where there is no PyTorch. */
  public static List<Run> of(int seeds) throws IOException {
    Path folder = Path.of("target", "real-runs", fingerprint()).toAbsolutePath();
    Files.createDirectories(folder);
    IntStream.range(0, seeds * HALVES.size())
        .parallel()
        .forEach(i -> generate(folder, 1 + i / HALVES.size(), i % HALVES.size()));
    List<Run> runs = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        String name = file.getFileName().toString().replace(".json", "");
        if (Integer.parseInt(name.substring(name.lastIndexOf('-') + 1)) <= seeds) {
          runs.add(new Run(folder.resolve(name + ".tgr"), Labels.read(file)));
        }
      }
    }
    return runs;
  }

  private static void generate(Path folder, int seed, int half) {
    Path done = folder.resolve("seed-%d-%d.done".formatted(seed, half));
    if (Files.exists(done)) {
      return;
    }
    try {
      Path log = folder.resolve("seed-%d-%d.log".formatted(seed, half));
      int code =
          python(
              log,
              SCRIPTS.resolve("real_runs.py").toString(),
              folder.toString(),
              "--seeds=" + seed,
              "--kinds=" + HALVES.get(half));
      if (code != 0) {
        fail("real_runs.py ended with " + code + ": " + Files.readString(log));
      }
      Files.writeString(done, "");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String fingerprint() throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (Stream<Path> files = Files.list(SCRIPTS)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".py")).sorted().toList()) {
          digest.update(Files.readAllBytes(file));
        }
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Skips or fails the test where modules are missing. */
  public static void requirePython() throws IOException {
    Path log = Files.createTempFile("thermograd-python", ".log");
    int code = python(log, "-c", "import torch, sklearn, scipy, google.protobuf");
    String said = Files.readString(log, StandardCharsets.UTF_8);
    Files.delete(log);
    if (code != 0) {
      String message =
          "python3 lacks a module: apt-get install python3-torch python3-sklearn python3-protobuf"
              + " to run this test; it said: "
              + said.strip();
      if ("true".equals(System.getenv("THERMOGRAD_REQUIRE_ALL"))) {
        fail(message);
      }
      abort(message);
    }
  }

  private static int python(Path log, String... arguments) throws IOException {
    Path debians = Path.of("/usr/bin/python3");
    List<String> command = new ArrayList<>();
    command.add(Files.isExecutable(debians) ? debians.toString() : "python3");
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("PYTHONPATH", AGENT.toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("OMP_NUM_THREADS", "1");
    Process process = builder.start();
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command + " ran", e);
    }
  }
}
