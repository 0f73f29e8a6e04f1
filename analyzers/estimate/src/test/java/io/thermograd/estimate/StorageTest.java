package io.thermograd.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work space that estimators use again is not part of what they know. */
class StorageTest {
  private static final int M = 4;
  private static final int MADE = 256;

  private static RunEstimators estimators(int k, double halfLife) {
    return new RunEstimators(
        RunSettings.of(Optimizer.MOMENTUM)
            .withMomentum(0.9)
            .withDatasetSize(50_000)
            .withSketchDim(k),
        halfLife,
        50);
  }

  /** Normal gradients of a power law, whose leading directions stand out, and norms beside. */
  private static TrainingStep[] steps(int k) {
    SplittableRandom random = new SplittableRandom(7);
    int[] examples = {16, 16, 16, 16};
    TrainingStep[] steps = new TrainingStep[MADE];
    for (int t = 0; t < MADE; t++) {
      float[][] g = new float[M][k];
      float[] mean = new float[k];
      double[] sqnorms = new double[M];
      double square = 0;
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < M; j++) {
          g[j][i] = (float) (random.nextGaussian() / (i + 1));
          mean[i] += g[j][i] / M;
          // The sketch is a tenth short of the first direction.
          sqnorms[j] += (i == 0 ? 1.2 : 1) * g[j][i] * g[j][i];
        }
        square += mean[i] * mean[i];
      }
      steps[t] =
          TrainingStep.at(t, t)
              .loss(1.0)
              .learningRate(0.1)
              .batchSize(16L * M)
              .examples(examples)
              .sqnorms(sqnorms)
              .sketches(g)
              .gradSqnorm(square)
              .motion(new Motion(g[0].clone(), 1e-3, null))
              .build();
    }
    return steps;
  }

  /** Whatever is read, and however often, the fold goes on as if nothing had been. */
  @ParameterizedTest
  @ValueSource(ints = {64, 256})
  void readingLeavesNoTrace(int k) {
    SplittableRandom random = new SplittableRandom(k);
    TrainingStep[] steps = steps(k);
    RunEstimators read = estimators(k, 100);
    RunEstimators left = estimators(k, 100);
    QuantityList list = new QuantityList();
    for (int t = 0; t < 1_000; t++) {
      read.accept(steps[t % MADE]);
      left.accept(steps[t % MADE]);
      if (random.nextInt(7) == 0) {
        list = new QuantityList();
        read.describe(list);
      }
    }
    read.describe(new QuantityList());
    list = new QuantityList();
    read.describe(list);
    QuantityList first = new QuantityList();
    left.describe(first);
    assertThat(list.quantities()).isEqualTo(first.quantities()).containsKey("effective_dimension");
    assertThat(list.vectors()).isEqualTo(first.vectors()).containsKey("noise_eigenvalues");
    assertThat(Draws.bytes(read::writeTo)).isEqualTo(Draws.bytes(left::writeTo));
  }

  /** Rounds of {@link #MADE} steps: three half-lives, and compiled by then. */
  private static final int ROUNDS = 24;

  /** Mean bytes that a step of all estimators makes anew, in the round that makes least. */
  public static void main(String[] args) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    TrainingStep[] steps = steps(256);
    RunEstimators estimators = estimators(256, 500);
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long before = threads.getThreadAllocatedBytes(thread);
      for (TrainingStep step : steps) {
        estimators.accept(step);
      }
      least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
    }
    System.out.println(least / MADE);
  }

  /**
   * Results of where eigenvalues are looked up, at one step of 31, and of where the sharpness is;
   * matrices and directions made anew there would be 3 KB a step. In a JVM without the Vector API,
   * whose boxes go away only in compiled code: the benchmark is with it.
   */
  @Test
  void aStepMakesLittleAnew() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StorageTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(Long.parseLong(output.strip())).isLessThan(400);
  }
}
