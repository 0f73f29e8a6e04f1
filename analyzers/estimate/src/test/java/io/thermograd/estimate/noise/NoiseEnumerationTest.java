package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.step.TrainingStep;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small populations of per-example gradients, and the mean of the estimates over every ordered draw
 * there is: that mean is the estimator's expectation, to be compared with the population's own tr Σ
 * and ‖G‖². Tolerances are the rounding of floats.
 */
class NoiseEnumerationTest {
  private static final int DIM = 3;
  private static final double ROUNDING = 2e-6;

  private record Population(double[][] gradients, double[] mean, double trace, double signal) {
    static Population of(int n) {
      var random = new SplittableRandom(n);
      double[][] g = new double[n][DIM];
      double[] mean = new double[DIM];
      for (int i = 0; i < n; i++) {
        for (int d = 0; d < DIM; d++) {
          g[i][d] = random.nextInt(-20, 30);
          mean[d] += g[i][d] / n;
        }
      }
      double trace = 0;
      double signal = 0;
      for (int d = 0; d < DIM; d++) {
        for (double[] gi : g) {
          trace += Math.pow(gi[d] - mean[d], 2) / n;
        }
        signal += mean[d] * mean[d];
      }
      return new Population(g, mean, trace, signal);
    }

    int size() {
      return gradients.length;
    }

    double[] meanOf(int[] draw, int from, int to) {
      double[] sum = new double[DIM];
      for (int i = from; i < to; i++) {
        for (int d = 0; d < DIM; d++) {
          sum[d] += gradients[draw[i]][d] / (to - from);
        }
      }
      return sum;
    }
  }

  /** Averages of (tr Σ̂, ‖G‖²̂). */
  private record Estimate(double trace, double signal) {}

  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of(5, new int[] {2, 2}),
        Arguments.of(6, new int[] {2, 2}),
        Arguments.of(5, new int[] {1, 3}),
        Arguments.of(6, new int[] {3, 1}),
        Arguments.of(6, new int[] {1, 1, 2}),
        Arguments.of(6, new int[] {2, 1, 3}),
        Arguments.of(5, new int[] {4, 1}),
        Arguments.of(2, new int[] {1, 1}));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sketchesOfDistinctExamplesAreUnbiased(int n, int[] b) {
    checkWithin(n, b, true, (p, draw) -> Draws.step(0, b, sketches(p, draw, b)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sketchesOfIndependentDrawsAreUnbiased(int n, int[] b) {
    checkWithin(n, b, false, (p, draw) -> Draws.step(0, b, sketches(p, draw, b)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void normsOfDistinctExamplesAreUnbiased(int n, int[] b) {
    checkWithin(n, b, true, (p, draw) -> Draws.norms(0, b, norms(p, draw, b), total(p, draw)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void normsOfIndependentDrawsAreUnbiased(int n, int[] b) {
    checkWithin(n, b, false, (p, draw) -> Draws.norms(0, b, norms(p, draw, b), total(p, draw)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void exactNormsBesideSketchesAreUnbiased(int n, int[] b) {
    checkWithin(
        n,
        b,
        true,
        (p, draw) ->
            TrainingStep.at(0, 0)
                .batchSize(Draws.sum(b))
                .examples(b)
                .sqnorms(norms(p, draw, b))
                .sketches(sketches(p, draw, b))
                .gradSqnorm(total(p, draw))
                .build());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aNormOverMoreThanTheMicroBatchesSentDoesNotMislead(int n, int[] b) {
    // The trainer's ‖ḡ‖² is over a larger batch than the micro-batches that came: here made up.
    checkWithin(
        n,
        b,
        true,
        (p, draw) ->
            TrainingStep.at(0, 0)
                .batchSize(Draws.sum(b) + 1)
                .examples(b)
                .sqnorms(norms(p, draw, b))
                .sketches(sketches(p, draw, b))
                .gradSqnorm(1e4)
                .build());
  }

  /** Two successive batches of 2 as one draw of 4: the same epoch, or independent ones. */
  @ParameterizedTest
  @MethodSource("epochs")
  void successiveGradientsAreUnbiasedWhenParametersStand(int n, boolean distinct) {
    Population p = Population.of(n);
    Estimate mean =
        average(
            draws(n, 4, distinct),
            draw -> {
              var estimator = new NoiseEstimator(distinct ? Draws.distinct(n) : Draws.WHOLE, 100);
              int[] b = {2};
              estimator.accept(Draws.step(0, b, new float[][] {floats(p.meanOf(draw, 0, 2))}));
              estimator.accept(Draws.step(1, b, new float[][] {floats(p.meanOf(draw, 2, 4))}));
              assertThat(estimator.latest().method()).isEqualTo("temporal");
              return new Estimate(estimator.latest().trace(), estimator.latest().signal());
            });
    compare(mean, p);
  }

  static Stream<Arguments> epochs() {
    return Stream.of(Arguments.of(5, true), Arguments.of(6, true), Arguments.of(5, false));
  }

  private interface Observed {
    TrainingStep step(Population p, int[] draw);
  }

  private static void checkWithin(int n, int[] b, boolean distinct, Observed observed) {
    Population p = Population.of(n);
    Estimate mean =
        average(
            draws(n, Draws.sum(b), distinct),
            draw -> {
              var estimator = new NoiseEstimator(distinct ? Draws.distinct(n) : Draws.WHOLE, 100);
              estimator.accept(observed.step(p, draw));
              assertThat(estimator.latest().method()).isEqualTo("within_step");
              return new Estimate(estimator.latest().trace(), estimator.latest().signal());
            });
    compare(mean, p);
  }

  private static void compare(Estimate mean, Population p) {
    double size = p.trace() + p.signal();
    assertThat(mean.trace()).isCloseTo(p.trace(), within(ROUNDING * size));
    assertThat(mean.signal()).isCloseTo(p.signal(), within(ROUNDING * size));
  }

  private static Estimate average(List<int[]> draws, Function<int[], Estimate> estimate) {
    double trace = 0;
    double signal = 0;
    for (int[] draw : draws) {
      Estimate e = estimate.apply(draw);
      trace += e.trace() / draws.size();
      signal += e.signal() / draws.size();
    }
    return new Estimate(trace, signal);
  }

  private static List<int[]> draws(int n, int length, boolean distinct) {
    List<int[]> draws = new ArrayList<>();
    extend(new int[length], 0, n, distinct, draws);
    return draws;
  }

  private static void extend(int[] draw, int at, int n, boolean distinct, List<int[]> draws) {
    if (at == draw.length) {
      draws.add(draw.clone());
      return;
    }
    for (int i = 0; i < n; i++) {
      boolean used = false;
      for (int j = 0; j < at; j++) {
        used |= draw[j] == i;
      }
      if (!(distinct && used)) {
        draw[at] = i;
        extend(draw, at + 1, n, distinct, draws);
      }
    }
  }

  private static float[][] sketches(Population p, int[] draw, int[] b) {
    float[][] g = new float[b.length][];
    int from = 0;
    for (int j = 0; j < b.length; j++) {
      g[j] = floats(p.meanOf(draw, from, from + b[j]));
      from += b[j];
    }
    return g;
  }

  private static double[] norms(Population p, int[] draw, int[] b) {
    double[] squares = new double[b.length];
    int from = 0;
    for (int j = 0; j < b.length; j++) {
      squares[j] = square(p.meanOf(draw, from, from + b[j]));
      from += b[j];
    }
    return squares;
  }

  private static double total(Population p, int[] draw) {
    return square(p.meanOf(draw, 0, draw.length));
  }

  private static double square(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v * v;
    }
    return sum;
  }

  private static float[] floats(double[] x) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) x[i];
    }
    return y;
  }
}
