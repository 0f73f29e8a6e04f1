package io.thermograd.app;

import io.thermograd.stream.AnalyzerWorker;
import picocli.CommandLine.Option;

/** The consumer group whose members share the runs. */
final class GroupOptions {
  static final String DEFAULT = AnalyzerWorker.DEFAULT_GROUP;

  @Option(
      names = "--group",
      paramLabel = "ID",
      defaultValue = DEFAULT,
      description = "Consumer group that shares the runs (default: ${DEFAULT-VALUE}).")
  private String id = DEFAULT;

  String id() {
    if (id.isBlank()) {
      throw new Failure(ExitCode.USAGE, "--group should not be empty; name a consumer group", null);
    }
    return id;
  }
}
