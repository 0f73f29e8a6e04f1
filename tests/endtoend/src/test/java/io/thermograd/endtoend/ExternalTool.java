package io.thermograd.endtoend;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that a test needs and this build does not bring. Where it is missing the test is
 * skipped, or fails where {@code THERMOGRAD_REQUIRE_ALL=true}.
 */
final class ExternalTool {
  private final Path path;

  private ExternalTool(Path path) {
    this.path = path;
  }

  /** Looks the program up on the PATH; the package is what Debian calls it. */
  static ExternalTool require(String program, String debianPackage) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(folder, program);
      if (Files.isExecutable(candidate)) {
        return new ExternalTool(candidate);
      }
    }
    return missing(program + " is not on the PATH", debianPackage);
  }

  /** Debian's Python, if it has that module. */
  static ExternalTool requirePython(String module, String debianPackage)
      throws IOException, InterruptedException {
    Path debians = Path.of("/usr/bin/python3");
    ExternalTool python =
        Files.isExecutable(debians) ? new ExternalTool(debians) : require("python3", "python3");
    if (python.run(List.of("-c", "import " + module)).exitCode() != 0) {
      return missing(python.path + " has no module " + module, debianPackage);
    }
    return python;
  }

  private static ExternalTool missing(String what, String debianPackage) {
    String message = what + ": apt-get install " + debianPackage + " to run this test";
    if ("true".equals(System.getenv("THERMOGRAD_REQUIRE_ALL"))) {
      return fail(message);
    }
    return abort(message);
  }

  Path path() {
    return path;
  }

  /** What a finished program said. */
  record Result(int exitCode, String output) {}

  /** Runs it to its end, for half a minute at most. */
  Result run(List<String> arguments) throws IOException, InterruptedException {
    return run(arguments, Map.of(), Duration.ofSeconds(30));
  }

  /** Runs it to its end, with more in its environment. */
  Result run(List<String> arguments, Map<String, String> environment, Duration limit)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(path.toString());
    command.addAll(arguments);
    Path log = Files.createTempFile("thermograd-tool", ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return fail(command + " did not end within " + limit.toSeconds() + " s");
      }
      return new Result(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    } finally {
      Files.delete(log);
    }
  }
}
