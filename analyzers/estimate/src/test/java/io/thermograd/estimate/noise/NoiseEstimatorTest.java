package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseEstimatorTest {
  private static final int[] TWO = {8, 8};

  private static QuantityList feed(NoiseEstimator noise, int steps, LongFunction<TrainingStep> s) {
    for (long t = 0; t < steps; t++) {
      noise.accept(s.apply(t));
    }
    return describe(noise);
  }

  private static QuantityList describe(NoiseEstimator noise) {
    QuantityList list = new QuantityList();
    noise.describe(list);
    return list;
  }

  private static Quantity get(QuantityList list, QuantityName name) {
    Quantity q = list.quantities().get(name.id());
    if (q == null) {
      throw new AssertionError(name + " is absent: " + list.absent().get(name.id()));
    }
    return q;
  }

  private static double value(Quantity q) {
    Double value = q.value();
    if (value == null) {
      throw new AssertionError("only a bound is known");
    }
    return value;
  }

  @Test
  void saysWhatItNeedsBeforeAnything() {
    var list = describe(new NoiseEstimator(Draws.WHOLE, 100));
    assertThat(list.quantities()).isEmpty();
    assertThat(list.absent())
        .containsOnlyKeys(
            "gradient_sqnorm",
            "noise_trace",
            "gradient_noise_scale",
            "effective_dimension",
            "noise_eigenvalues",
            "noise_anisotropy",
            "noise_condition",
            "noise_tail_index",
            "noise_kurtosis");
  }

  @Test
  void publishesFromTwentyStepsOn() {
    var random = new SplittableRandom(2);
    var noise = new NoiseEstimator(Draws.WHOLE, 100);
    LongFunction<TrainingStep> step = t -> normalStep(random, t, 5, 2, TWO);
    assertThat(feed(noise, 19, step).absent().get("noise_trace")).contains("19 of 20");
    assertThat(feed(noise, 1, step).quantities())
        .containsKeys("noise_trace", "gradient_sqnorm", "gradient_noise_scale");
  }

  /**
   * Gradient descent with noise on ½κ|θ|² at stationarity: E(g_t·g_{t−1}) differs from ‖G‖² because
   * θ moved. θ_t = θ_{t−1} − ηg_{t−1} gives E(g_t·g_{t−1}) = E(κθ_t·(κθ_{t−1} + ξ_{t−1})) =
   * κ²(1−ηκ)E|θ|² − ηκσ², and E|g|² = κ²E|θ|² + σ², so D = σ² + κ²E|θ|²·ηκ + ηκσ² with κ²E|θ|² =
   * ηκσ²/(2−ηκ).
   */
  @Test
  void temporalBiasIsAsStated() {
    double rate = 0.02;
    double curvature = 5;
    int dim = 20;
    double c = rate * curvature;
    var random = new SplittableRandom(8);
    double[] theta = new double[dim];
    var noise = new NoiseEstimator(Draws.WHOLE, 1e9);
    for (long t = 0; t < 60_000; t++) {
      float[] g = new float[dim];
      for (int i = 0; i < dim; i++) {
        g[i] = (float) (curvature * theta[i] + random.nextGaussian());
        theta[i] -= rate * g[i];
      }
      noise.accept(Draws.step(t, new int[] {4}, new float[][] {g}));
    }
    double exact = 4 * dim * (1 + c * c / (2 - c) + c);
    // Standard error √(3·2/(20·60,000)) = 0.2 %, 0.6 % with the path's correlation.
    assertThat(noise.latest().trace()).isCloseTo(exact, within(0.02 * exact));
    assertThat(exact / (4 * dim) - 1).isCloseTo(c, within(0.006));
  }

  @Test
  void aShrinkingGradientIsNotTakenForNegativeNoise() {
    var random = new SplittableRandom(8);
    var noise = new NoiseEstimator(Draws.WHOLE, 1e9);
    for (long t = 0; t < 3000; t++) {
      double[] mean = Draws.filled(20, 30 * Math.exp(-t / 1000.0));
      float[] g = Draws.normal(random, mean, Draws.filled(20, 2), 4);
      noise.accept(Draws.step(t, new int[] {4}, new float[][] {g}));
    }
    // tr Σ = 80; drift ½·4·20·900·10⁻⁶·(mean of e^{-2t/1000}) < 0.02; standard error √(3/20/3000) =
    // 0.7 %.
    assertThat(noise.latest().trace()).isCloseTo(80, within(2.0));
  }

  @Test
  void batchesOfDifferentSizesOverTimeAreWeighed() {
    var random = new SplittableRandom(8);
    var noise = new NoiseEstimator(Draws.WHOLE, 1e9);
    for (long t = 0; t < 10_000; t++) {
      int b = t % 2 == 0 ? 4 : 32;
      float[] g = Draws.normal(random, Draws.filled(20, 1), Draws.filled(20, 2), b);
      noise.accept(Draws.step(t, new int[] {b}, new float[][] {g}));
    }
    assertThat(noise.latest().trace()).isCloseTo(80, within(2.0));
    assertThat(noise.latest().signal()).isCloseTo(20, within(1.0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-8, 1e-5, 1e-4})
  void normsThatAreMostlyRoundingGiveNoTrace(double share) {
    // Noise of this share of the gradient's square, and norms rounded as floats: the estimate would
    // be rounding; the gradient's norm stays good.
    var random = new SplittableRandom(4);
    double sd = Math.sqrt(share / 50);
    var list =
        feed(
            new NoiseEstimator(Draws.WHOLE, 100),
            100,
            t -> {
              double[] a = new double[50];
              double[] b = new double[50];
              double[] mean = new double[50];
              for (int i = 0; i < 50; i++) {
                double g = Math.sqrt(1 / 50.0);
                a[i] = g + sd * random.nextGaussian();
                b[i] = g + sd * random.nextGaussian();
                mean[i] = (a[i] + b[i]) / 2;
              }
              return Draws.norms(
                  t, TWO, new double[] {rounded(a), rounded(b)}, (double) (float) sq(mean));
            });
    assertThat(list.quantities()).doesNotContainKeys("noise_trace", "gradient_noise_scale");
    assertThat(list.absent().get("noise_trace")).contains("send sketches");
    assertThat(value(get(list, QuantityName.GRADIENT_SQNORM))).isCloseTo(1, within(1e-3));
  }

  private static double rounded(double[] x) {
    return (float) sq(x);
  }

  private static double sq(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v * v;
    }
    return sum;
  }

  @Test
  void smallScattersCountAsMuchAsLargeOnes() {
    // Noise in one direction only: χ² on one degree, often near 0. Leaving those steps out would
    // raise the trace; noise is 2 % of the gradient here.
    var random = new SplittableRandom(4);
    var noise = new NoiseEstimator(Draws.WHOLE, 1e9);
    double sd = Math.sqrt(0.02);
    for (long t = 0; t < 40_000; t++) {
      double a = 1 + sd * random.nextGaussian();
      double b = 1 + sd * random.nextGaussian();
      noise.accept(Draws.norms(t, TWO, new double[] {a * a, b * b}, (a + b) * (a + b) / 4));
    }
    // Relative standard error √(2/40,000) = 0.7 %.
    assertThat(noise.latest().trace()).isCloseTo(8 * 0.02, within(0.03 * 8 * 0.02));
  }

  @Test
  void aShortLastStepOfAnEpochDoesNotSwitchTheSeries() {
    var random = new SplittableRandom(9);
    var noise = new NoiseEstimator(Draws.WHOLE, 100);
    for (long t = 0; t < 200; t++) {
      // Every tenth step has one micro-batch, of another noise: it must not get into the series.
      noise.accept(
          t % 10 == 9
              ? normalStep(random, t, 5, 100, new int[] {8})
              : normalStep(random, t, 5, 2, TWO));
      if (t >= 30) {
        var list = describe(noise);
        assertThat(get(list, QuantityName.NOISE_TRACE).method()).isEqualTo("within_step");
        // 5 directions of variance 4: 20, standard error 20·√(2/5/N), N ≥ 27.
        assertThat(value(get(list, QuantityName.NOISE_TRACE))).isCloseTo(20, within(12.0));
      }
    }
  }

  @Test
  void aRunThatChangesToOneMicroBatchIsFollowed() {
    var random = new SplittableRandom(9);
    var noise = new NoiseEstimator(Draws.WHOLE, 100);
    feed(noise, 50, t -> normalStep(random, t, 5, 2, TWO));
    var list = feed(noise, 50, t -> normalStep(random, 50 + t, 5, 2, new int[] {8}));
    assertThat(get(list, QuantityName.NOISE_TRACE).method()).isEqualTo("temporal");
    assertThat(list.absent()).containsKey("effective_dimension");
    list = feed(noise, 1, t -> normalStep(random, 100, 5, 2, TWO));
    assertThat(get(list, QuantityName.NOISE_TRACE).method()).isEqualTo("within_step");
  }

  @Test
  void onlySuccessiveSingleGradientsArePaired() {
    var random = new SplittableRandom(1);
    var noise = new NoiseEstimator(Draws.WHOLE, 100);
    feed(noise, 100, t -> normalStep(random, 2 * t, 5, 2, new int[] {8}));
    assertThat(noise.latest().count()).isZero();
  }

  @Test
  void nonFiniteStepsLeaveNoTrace() {
    var random = new SplittableRandom(1);
    var noise = new NoiseEstimator(Draws.WHOLE, 100);
    feed(noise, 50, t -> normalStep(random, t, 5, 2, TWO));
    double before = noise.latest().trace();
    float[][] bad = {{Float.NaN, 0, 0, 0, 0}, {0, 0, 0, 0, 0}};
    noise.accept(Draws.step(50, TWO, bad));
    float[][] huge = {{3e38f, 0, 0, 0, 0}, {-3e38f, 0, 0, 0, 0}};
    noise.accept(Draws.step(51, TWO, huge));
    assertThat(noise.latest().trace()).isEqualTo(before);
    feed(noise, 60, t -> normalStep(random, 52 + t, 5, 2, TWO));
    assertThat(value(get(describe(noise), QuantityName.EFFECTIVE_DIMENSION)))
        .isCloseTo(5, within(3.0));
  }

  @Test
  void aSketchedNormHasTheSketchsErrorInItsInterval() {
    var random = new SplittableRandom(1);
    // Nearly no noise: all that is uncertain is the sketch, whose relative sd is √(2/k).
    var sketched =
        feed(
            new NoiseEstimator(Draws.sketched(200), 100),
            200,
            t -> normalStep(random, t, 5, 1e-3, TWO));
    Quantity q = get(sketched, QuantityName.GRADIENT_SQNORM);
    assertThat(high(q) / value(q) - 1).isCloseTo(0.2, within(0.01));
    var whole =
        feed(new NoiseEstimator(Draws.WHOLE, 100), 200, t -> normalStep(random, t, 5, 1e-3, TWO));
    q = get(whole, QuantityName.GRADIENT_SQNORM);
    assertThat(high(q) / value(q) - 1).isLessThan(0.001);
  }

  private static double high(Quantity q) {
    Double high = q.high();
    if (high == null) {
      throw new AssertionError("no upper end");
    }
    return high;
  }

  /** Gradient of ones, per-example noise of this sd in every element. */
  private static TrainingStep normalStep(
      SplittableRandom random, long t, int dim, double sd, int[] b) {
    float[][] g = new float[b.length][];
    for (int j = 0; j < b.length; j++) {
      g[j] = Draws.normal(random, Draws.filled(dim, 1), Draws.filled(dim, sd), b[j]);
    }
    return Draws.step(t, b, g);
  }
}
