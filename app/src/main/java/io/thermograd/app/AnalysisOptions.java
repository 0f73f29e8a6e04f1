package io.thermograd.app;

import io.thermograd.stream.AnalysisConfig;
import picocli.CommandLine.Option;

/** How runs are analysed. Workers that share runs must be started with the same. */
final class AnalysisOptions {
  private static final String DEFAULT = " (default: ${DEFAULT-VALUE})";

  @Option(
      names = "--insight-every-steps",
      paramLabel = "STEPS",
      description = "An insight at least every so many steps" + DEFAULT + ".")
  private int insightEverySteps;

  @Option(
      names = "--insight-every-seconds",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description =
          "An insight at least every so many seconds of the trainer's clock" + DEFAULT + ".")
  private double insightEverySeconds;

  @Option(
      names = "--noise-half-life",
      paramLabel = "STEPS",
      defaultValue = "500",
      description = "Half-life of what the noise estimators remember" + DEFAULT + ".")
  private double noiseHalfLife;

  @Option(
      names = "--loss-half-life",
      paramLabel = "STEPS",
      defaultValue = "100",
      description = "Half-life of the smoothed loss" + DEFAULT + ".")
  private double lossHalfLife;

  @Option(
      names = "--assembly-window-steps",
      paramLabel = "STEPS",
      defaultValue = "16",
      description =
          "How many newer steps may come while a step still lacks ranks, after 2 seconds"
              + DEFAULT
              + ".")
  private int assemblyWindowSteps;

  @Option(
      names = "--assembly-window-seconds",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description =
          "How many seconds of the trainer's clock may pass meanwhile in any case" + DEFAULT + ".")
  private double assemblyWindowSeconds;

  AnalysisOptions() {
    this(AnalysisConfig.DEFAULT.insightEverySteps());
  }

  AnalysisOptions(int defaultInsightEverySteps) {
    insightEverySteps = defaultInsightEverySteps;
  }

  AnalysisConfig config() {
    try {
      return new AnalysisConfig(
          noiseHalfLife,
          lossHalfLife,
          insightEverySteps,
          insightEverySeconds,
          assemblyWindowSteps,
          assemblyWindowSeconds);
    } catch (IllegalArgumentException e) {
      throw new Failure(ExitCode.USAGE, "--" + e.getMessage(), e);
    }
  }
}
