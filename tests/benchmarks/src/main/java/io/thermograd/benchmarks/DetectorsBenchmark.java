package io.thermograd.benchmarks;

import io.thermograd.detect.RunDetectors;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.proto.RunStarted;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One step of 4 micro-batches through all detectors of a run at its noise floor. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Xms1g", "-Xmx1g"})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class DetectorsBenchmark {
  private static final int CYCLE = 512;
  private static final int MICRO_BATCHES = 4;
  private static final RunSettings SETTINGS =
      RunSettings.of(RunStarted.Optimizer.MOMENTUM)
          .withMomentum(0.9)
          .withDatasetSize(50_000)
          .withSketchDim(1024);

  @Param({"256", "1024", "4096"})
  int k;

  /** Steps seen before the measurement. */
  @Param({"1000", "20000"})
  int seen;

  private float[][][] gradients = new float[0][][];
  private float[][] parameters = new float[0][];
  private double[] losses = new double[0];
  private int[] examples = new int[0];
  private RunEstimators estimators = new RunEstimators(SETTINGS, 500, 100);
  private RunDetectors detectors = new RunDetectors("run", 0, SETTINGS);
  private long step;

  /** White gradients and AR(1) parameters and losses, made once and repeated. */
  @Setup(Level.Trial)
  public void fill() {
    SplittableRandom random = new SplittableRandom(7);
    examples = new int[MICRO_BATCHES];
    Arrays.fill(examples, 16);
    gradients = new float[CYCLE][MICRO_BATCHES][k];
    parameters = new float[CYCLE][k];
    losses = new double[CYCLE];
    float[] theta = new float[k];
    double wander = 0;
    for (int s = 0; s < CYCLE; s++) {
      for (float[] g : gradients[s]) {
        for (int i = 0; i < k; i++) {
          g[i] = (float) random.nextGaussian();
        }
      }
      for (int i = 0; i < k; i++) {
        theta[i] = (float) (0.9 * theta[i] + 0.1 * random.nextGaussian());
      }
      parameters[s] = theta.clone();
      wander = 0.9 * wander + 0.1 * random.nextGaussian();
      losses[s] = 1 + wander;
    }
    estimators = new RunEstimators(SETTINGS, 500, 100);
    detectors = new RunDetectors("run", 0, SETTINGS);
    step = 0;
    for (int t = 0; t < seen; t++) {
      detectors();
    }
  }

  /** All of a run's detectors; the estimators, which they only read, stand still. */
  @Benchmark
  public List<Alert> detectors() {
    int at = (int) (step % CYCLE);
    TrainingStep next =
        TrainingStep.at(step, step)
            .loss(losses[at])
            .learningRate(0.1)
            .batchSize(16L * MICRO_BATCHES)
            .examples(examples)
            .sketches(gradients[at])
            .motion(new Motion(parameters[at], null, null))
            .build();
    step++;
    return detectors.accept(next, 0, estimators);
  }
}
