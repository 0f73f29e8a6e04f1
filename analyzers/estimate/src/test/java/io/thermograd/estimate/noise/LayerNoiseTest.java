package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LayerNoiseTest {
  private static final double HALF_LIFE = 500;
  private static final String TRACE = "layer_noise_trace";
  private static final String SHARE = "layer_noise_anisotropy";
  private static final int[] EXAMPLES = {8, 4, 8, 12};

  /** Σ of two layers, diagonal: traces 30 and 0.6, leading shares 25/30 and 0.36/0.6. */
  private static final double[][] SDS = {{1, 5, 1, 1, 1, 0.6, 0.8}, {0.6, 0.2, 0.2, 0.4}};

  private static final double[] TRACES = {30, 0.6};
  private static final double[] SHARES = {25 / 30.0, 0.6};

  private static RunSettings settings(long n, int layerSketchDim) {
    return RunSettings.of(Optimizer.SGD).withDatasetSize(n).withLayerSketchDim(layerSketchDim);
  }

  private static LayerNoise whole() {
    return new LayerNoise(settings(0, 256), HALF_LIFE);
  }

  private static TrainingStep step(long t, int[] examples, float[][][] layers, boolean nonFinite) {
    float[][] whole = new float[examples.length][];
    for (int j = 0; j < whole.length; j++) {
      int length = 0;
      for (float[][] layer : layers) {
        length += layer[j].length;
      }
      whole[j] = new float[length];
      int at = 0;
      for (float[][] layer : layers) {
        System.arraycopy(layer[j], 0, whole[j], at, layer[j].length);
        at += layer[j].length;
      }
    }
    return TrainingStep.at(t, t)
        .batchSize(Draws.sum(examples))
        .examples(examples)
        .sketches(whole)
        .nonFinite(nonFinite)
        .layerSketches(layers)
        .build();
  }

  private static TrainingStep draw(SplittableRandom random, long t) {
    float[][][] layers = new float[SDS.length][EXAMPLES.length][];
    for (int l = 0; l < SDS.length; l++) {
      for (int j = 0; j < EXAMPLES.length; j++) {
        layers[l][j] = Draws.normal(random, Draws.filled(SDS[l].length, 3), SDS[l], EXAMPLES[j]);
      }
    }
    return step(t, EXAMPLES, layers, false);
  }

  private static QuantityList read(LayerNoise noise) {
    QuantityList list = new QuantityList();
    noise.describe(list);
    return list;
  }

  private static List<Quantity> vector(LayerNoise noise, String name) {
    return Objects.requireNonNull(read(noise).vectors().get(name), name);
  }

  private static double value(Quantity q) {
    return Objects.requireNonNull(q.value());
  }

  private static boolean covers(Quantity q, double truth) {
    return Objects.requireNonNull(q.low()) <= truth && truth <= Objects.requireNonNull(q.high());
  }

  /**
   * 200 runs of 300 steps: by the binomial law an interval of 95 % holds the truth in 179 to 198 of
   * them but for one time in 10³; the shares' may be wider.
   */
  @Test
  void knowsTracesAndLeadingSharesOfTwoLayers() {
    int runs = 200;
    int[] traceHeld = new int[2];
    int[] shareHeld = new int[2];
    double[] traceSum = new double[2];
    double[] shareSum = new double[2];
    for (int seed = 0; seed < runs; seed++) {
      var random = new SplittableRandom(seed);
      LayerNoise noise = whole();
      for (long t = 0; t < 300; t++) {
        noise.accept(draw(random, t));
      }
      List<Quantity> traces = vector(noise, TRACE);
      List<Quantity> shares = vector(noise, SHARE);
      assertThat(traces).hasSize(2);
      assertThat(shares).hasSize(2);
      for (int l = 0; l < 2; l++) {
        traceHeld[l] += covers(traces.get(l), TRACES[l]) ? 1 : 0;
        shareHeld[l] += covers(shares.get(l), SHARES[l]) ? 1 : 0;
        traceSum[l] += value(traces.get(l)) / runs;
        shareSum[l] += value(shares.get(l)) / runs;
      }
    }
    for (int l = 0; l < 2; l++) {
      assertThat(traceHeld[l]).as("trace of layer %d", l).isBetween(179, 198);
      assertThat(shareHeld[l]).as("share of layer %d", l).isBetween(179, 200);
      // The mean of 200 × 300 × 3 contrasts: relative error √(2/180,000) at most, four of them.
      assertThat(traceSum[l]).isCloseTo(TRACES[l], within(0.014 * TRACES[l]));
      assertThat(shareSum[l]).isCloseTo(SHARES[l], within(0.02 * SHARES[l]));
    }
  }

  @Test
  void tracesAddUpToThatOfTheWholeGradient() {
    for (long n : new long[] {0, 100}) {
      var random = new SplittableRandom(3);
      LayerNoise layers = new LayerNoise(settings(n, 256), HALF_LIFE);
      NoiseEstimator all = new NoiseEstimator(settings(n, 256), HALF_LIFE);
      for (long t = 0; t < 60; t++) {
        TrainingStep step = draw(random, t);
        layers.accept(step);
        all.accept(step);
      }
      QuantityList list = new QuantityList();
      all.describe(list);
      double whole = value(Objects.requireNonNull(list.quantities().get("noise_trace")));
      double sum = vector(layers, TRACE).stream().mapToDouble(LayerNoiseTest::value).sum();
      assertThat(sum).isCloseTo(whole, within(1e-6 * whole));
    }
  }

  /** The same numbers, once as a layer that is sent whole and once as a sketch of it. */
  @Test
  void aSketchWidensTheIntervals() {
    LayerNoise whole = new LayerNoise(settings(0, 8), HALF_LIFE);
    LayerNoise sketched = new LayerNoise(settings(0, 7), HALF_LIFE);
    var random = new SplittableRandom(1);
    for (long t = 0; t < 100; t++) {
      TrainingStep step = draw(random, t);
      whole.accept(step);
      sketched.accept(step);
    }
    Quantity exact = vector(whole, TRACE).get(0);
    Quantity rough = vector(sketched, TRACE).get(0);
    assertThat(value(rough)).isEqualTo(value(exact));
    // The layer of four elements is shorter than both dimensions: whole.
    assertThat(vector(sketched, TRACE).get(1)).isEqualTo(vector(whole, TRACE).get(1));
    // ±1.96·√(2/7·λ₁/tr)·tr at least, λ₁/tr near 5/6.
    double half = Objects.requireNonNull(rough.high()) - value(rough);
    assertThat(half).isGreaterThan(1.9 * Math.sqrt(2.0 / 7 * 0.7) * value(rough));
    assertThat(Objects.requireNonNull(exact.high()) - value(exact)).isLessThan(half / 3);
  }

  @Test
  void goesOnBitForBitAfterARestore() {
    for (int cut : new int[] {0, 1, 7, 49, 120}) {
      var random = new SplittableRandom(cut);
      LayerNoise one = whole();
      for (long t = 0; t < cut; t++) {
        one.accept(draw(random, t));
      }
      LayerNoise other = whole();
      Draws.copy(one::writeTo, other::readFrom);
      for (long t = cut; t < cut + 70; t++) {
        TrainingStep step = draw(random, t);
        one.accept(step);
        other.accept(step);
        assertThat(read(other).vectors()).isEqualTo(read(one).vectors());
        assertThat(read(other).absent()).isEqualTo(read(one).absent());
      }
      assertThat(Draws.bytes(other::writeTo)).isEqualTo(Draws.bytes(one::writeTo));
    }
  }

  @Test
  void saysWhatIsMissing() {
    LayerNoise noise = whole();
    noise.accept(Draws.step(0, new int[] {4, 4}, new float[][] {{1, 2}, {3, 4}}));
    assertThat(read(noise).absent())
        .containsEntry(
            TRACE, "the run sends no layer sketches: set layer_sketch_dim and layer_sketches")
        .containsKey(SHARE);
    assertThat(Draws.bytes(noise::writeTo)).hasSize(5);

    noise.accept(step(1, new int[] {4}, new float[][][] {{{1, 2}}, {{3}}}, false));
    assertThat(read(noise).absent())
        .containsEntry(TRACE, "needs at least 2 micro-batches a step; this run sends 1");

    var random = new SplittableRandom(1);
    for (long t = 2; t < 30; t++) {
      noise.accept(draw(random, t));
    }
    assertThat(read(noise).vectors()).containsOnlyKeys(TRACE);
    assertThat(read(noise).absent())
        .containsOnlyKeys(SHARE)
        .containsEntry(SHARE, "warming up: 28 of 50 steps in layer 1");
  }

  @Test
  void whatIsNotFiniteOrDoesNotFitChangesNothing() {
    LayerNoise noise = whole();
    var random = new SplittableRandom(1);
    for (long t = 0; t < 60; t++) {
      noise.accept(draw(random, t));
    }
    byte[] before = Draws.bytes(noise::writeTo);
    int[] two = {4, 4};
    noise.accept(step(60, two, new float[][][] {new float[2][7], new float[2][4]}, true));
    noise.accept(step(61, two, new float[][][] {new float[2][7]}, false));
    noise.accept(step(62, two, new float[][][] {new float[2][7], new float[2][5]}, false));
    float[][][] broken = new float[2][2][];
    for (int l = 0; l < 2; l++) {
      for (int j = 0; j < 2; j++) {
        broken[l][j] = new float[SDS[l].length];
        broken[l][j][1] = j == 0 ? Float.NaN : Float.POSITIVE_INFINITY;
      }
    }
    noise.accept(step(63, two, broken, false));
    assertThat(Draws.bytes(noise::writeTo)).isEqualTo(before);
  }

  @Test
  void aLayerWithoutNoiseHasNoneAndTheSharesAreAbsent() {
    LayerNoise noise = whole();
    var random = new SplittableRandom(1);
    for (long t = 0; t < 60; t++) {
      TrainingStep step = draw(random, t);
      for (float[] g : step.layerSketches()[1]) {
        java.util.Arrays.fill(g, 0.1f);
      }
      noise.accept(step);
    }
    assertThat(value(vector(noise, TRACE).get(1))).isZero();
    assertThat(read(noise).absent())
        .containsEntry(SHARE, "no direction of the noise stands out of the others in layer 2");
  }

  @Test
  void sharesNeedRoomAndTracesDoNot() {
    var settings = RunSettings.of(Optimizer.SGD).withSketchDim(4096).withLayerSketchDim(256);
    LayerNoise noise = new LayerNoise(settings, HALF_LIFE);
    var random = new SplittableRandom(1);
    for (long t = 0; t < 60; t++) {
      noise.accept(draw(random, t));
    }
    assertThat(vector(noise, TRACE)).hasSize(2);
    assertThat(read(noise).absent().get(SHARE))
        .isEqualTo(
            "a run's state has room for layer sketches of 0 elements together: had 11; group the"
                + " layers, or lower layer_sketch_dim");
  }
}
