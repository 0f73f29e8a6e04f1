package io.thermograd.endtoend;

import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.AnalyzerWorker;
import io.thermograd.stream.FoldLimits;
import io.thermograd.stream.WorkerConfig;
import io.thermograd.stream.WorkerListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A worker in a process of its own, there to be killed. Prints "working" at its first event. */
final class WorkerChild {
  private WorkerChild() {}

  /** Starts the process. Client settings are {@code name=value}. */
  static Process start(String... settings) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                WorkerChild.class.getName()));
    command.addAll(List.of(settings));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  /** Returns when it has begun to work. */
  static void awaitWorking(Process child) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.equals("working")) {
        return;
      }
    }
    throw new AssertionError("the worker ended by itself");
  }

  public static void main(String[] settings) throws InterruptedException {
    Map<String, Object> kafka = new HashMap<>();
    Arrays.stream(settings).map(s -> s.split("=", 2)).forEach(s -> kafka.put(s[0], s[1]));
    WorkerListener listener =
        new WorkerListener() {
          private boolean said;

          @Override
          public void accepted(long events) {
            say();
          }

          @Override
          public void skipped(long events) {
            say();
          }

          private void say() {
            if (!said) {
              said = true;
              System.out.println("working");
            }
          }
        };
    AnalyzerWorker.start(
        kafka,
        AnalyzerWorker.DEFAULT_GROUP,
        AnalysisConfig.DEFAULT,
        FoldLimits.DEFAULT,
        new WorkerConfig(
            Duration.ofMillis(250),
            Duration.ofMillis(150),
            Duration.ofMinutes(1),
            Duration.ofMillis(100),
            Duration.ofSeconds(1)),
        listener);
    Thread.currentThread().join();
  }
}
