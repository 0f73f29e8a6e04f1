package io.thermograd.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Everything that a fold's result depends on besides the events. Two workers must agree on it.
 *
 * @param noiseHalfLife half-life of the noise estimators' forgetting, in steps
 * @param lossHalfLife half-life of the loss's smoothing, in steps
 * @param insightEverySteps an insight at least every this many steps
 * @param insightEverySeconds and at least every this many seconds of event time
 * @param assemblyWindowSteps how far newer steps may run ahead of one that lacks ranks, once 2
 *     seconds of event time have passed or 4 MiB are held
 * @param assemblyWindowSeconds how many seconds of event time may pass in any case
 */
public record AnalysisConfig(
    double noiseHalfLife,
    double lossHalfLife,
    int insightEverySteps,
    double insightEverySeconds,
    int assemblyWindowSteps,
    double assemblyWindowSeconds) {

  public static final AnalysisConfig DEFAULT = new AnalysisConfig(500, 100, 100, 1.0, 16, 30.0);

  public AnalysisConfig {
    requirePositive("noise-half-life", noiseHalfLife);
    requirePositive("loss-half-life", lossHalfLife);
    requirePositive("insight-every-steps", insightEverySteps);
    requirePositive("insight-every-seconds", insightEverySeconds);
    requirePositive("assembly-window-steps", assemblyWindowSteps);
    requirePositive("assembly-window-seconds", assemblyWindowSeconds);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(noiseHalfLife);
    out.writeDouble(lossHalfLife);
    out.writeInt(insightEverySteps);
    out.writeDouble(insightEverySeconds);
    out.writeInt(assemblyWindowSteps);
    out.writeDouble(assemblyWindowSeconds);
  }

  static AnalysisConfig readFrom(DataInput in) throws IOException {
    return new AnalysisConfig(
        in.readDouble(),
        in.readDouble(),
        in.readInt(),
        in.readDouble(),
        in.readInt(),
        in.readDouble());
  }

  private static void requirePositive(String name, double x) {
    if (!(x > 0 && Double.isFinite(x))) {
      throw new IllegalArgumentException(name + " should be positive and finite: was " + x);
    }
  }
}
