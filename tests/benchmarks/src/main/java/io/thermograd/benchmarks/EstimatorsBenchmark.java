package io.thermograd.benchmarks;

import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.noise.NoiseSpectrum;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.proto.RunStarted;
import java.util.Arrays;
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

/** One step of m micro-batches through all estimators of a run, and through the spectrum alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Xms1g", "-Xmx1g"})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class EstimatorsBenchmark {
  private static final int STEPS = 512;
  private static final double HALF_LIFE = 500;

  @Param({"1024"})
  int k;

  @Param({"4"})
  int microBatches;

  /** Steps seen before the measurement. */
  @Param({"1000"})
  int seen;

  private TrainingStep[] steps = new TrainingStep[0];
  private float[][][] contrasts = new float[0][][];
  private RunEstimators estimators = newEstimators(0);
  private NoiseSpectrum spectrum = new NoiseSpectrum(16, HALF_LIFE);
  private int next;

  private static RunEstimators newEstimators(int k) {
    return new RunEstimators(
        RunSettings.of(RunStarted.Optimizer.MOMENTUM)
            .withMomentum(0.9)
            .withDatasetSize(50_000)
            .withSketchDim(k),
        HALF_LIFE,
        100);
  }

  /** Normal gradients with a power-law covariance, made once. */
  @Setup(Level.Trial)
  public void fill() {
    SplittableRandom random = new SplittableRandom(5);
    int[] examples = new int[microBatches];
    Arrays.fill(examples, 16);
    steps = new TrainingStep[STEPS];
    contrasts = new float[STEPS][microBatches - 1][k];
    for (int s = 0; s < STEPS; s++) {
      float[][] sketches = new float[microBatches][k];
      double[] sqnorms = new double[microBatches];
      float[] mean = new float[k];
      for (int j = 0; j < microBatches; j++) {
        normal(random, sketches[j]);
        sqnorms[j] = sqnorm(sketches[j]);
        for (int i = 0; i < k; i++) {
          mean[i] += sketches[j][i] / microBatches;
        }
      }
      for (float[] row : contrasts[s]) {
        normal(random, row);
      }
      steps[s] =
          TrainingStep.at(s, s)
              .loss(1.0)
              .learningRate(0.1)
              .batchSize(16L * microBatches)
              .examples(examples)
              .sqnorms(sqnorms)
              .sketches(sketches)
              .gradSqnorm(sqnorm(mean))
              .motion( // Some parameters: curvature and fluctuations cost the same wherever they
                  // are.
                  new Motion(sketches[0].clone(), 1e-3, null))
              .build();
    }
    estimators = newEstimators(k);
    spectrum = new NoiseSpectrum(16, HALF_LIFE);
    for (int t = 0; t < seen; t++) {
      estimators();
      spectrum();
    }
  }

  private static double sqnorm(float[] x) {
    double sum = 0;
    for (float v : x) {
      sum += (double) v * v;
    }
    return sum;
  }

  private static void normal(SplittableRandom random, float[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (Math.pow(i + 1, -0.4) * random.nextGaussian());
    }
  }

  /** All of a run's estimators. */
  @Benchmark
  public RunEstimators estimators() {
    next = (next + 1) % STEPS;
    estimators.accept(steps[next]);
    return estimators;
  }

  /** The spectrum alone, rank 16. */
  @Benchmark
  public boolean spectrum() {
    next = (next + 1) % STEPS;
    return spectrum.accept(contrasts[next]);
  }
}
