package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code thermograd} command in a process of its own. What it says on both streams is kept, and
 * shown by every assertion that fails here. It never outlives the test.
 */
final class ChildProcess implements AutoCloseable {
  private static final String MAIN = "io.thermograd.app.Main";

  private final Path log;
  private final Process process;

  private ChildProcess(Path log, Process process) {
    this.log = log;
    this.process = process;
    // A test that is killed takes it along.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /** Starts the command; says what it said in {@code folder}, which the test deletes. */
  static ChildProcess thermograd(Path folder, String... arguments) throws IOException {
    Path log = Files.createTempFile(folder, "thermograd", ".log");
    return new ChildProcess(
        log,
        new ProcessBuilder(commandLine(arguments))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start());
  }

  /** Java, class path and main class as this test has them, with the launcher's options. */
  static List<String> commandLine(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-Dfile.encoding=UTF-8",
                // Not what a module's tests have on the same class path.
                "-Dlogback.configurationFile=logback.xml",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Everything it has said so far. */
  String output() {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has said something that matches; fails if it ends before. */
  Matcher await(Pattern pattern, Duration deadline) throws InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      boolean alive = process.isAlive();
      Matcher m = pattern.matcher(output());
      if (m.find()) {
        return m;
      }
      assertThat(alive && System.nanoTime() < end)
          .as("says %s within %s; it said:%n%s", pattern, deadline, output())
          .isTrue();
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** What Ctrl-C does. */
  void interrupt() {
    process.destroy();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end. */
  int exitCode(Duration deadline) throws InterruptedException {
    boolean ended = process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
    assertThat(ended).as("ends within %s; it said:%n%s", deadline, output()).isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
