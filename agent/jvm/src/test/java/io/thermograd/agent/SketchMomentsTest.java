package io.thermograd.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Mean and variance over seeds of the sketched inner product z = ⟨Sx, Sy⟩ of structured vectors.
 *
 * <p>N seeds give the mean with standard error √(V/N), and the second moment about the known mean
 * ⟨x, y⟩ with relative standard error √((κ − 1)/N), κ the kurtosis of z, estimated from the same
 * values and at least the Gaussian's 3. Both may be off by {@link #ERRORS} standard errors: about
 * 40 comparisons of which one in a million fails by chance.
 */
class SketchMomentsTest {
  private static final int SEEDS = 800;
  private static final int DIM = 1024;
  private static final int PARAMETERS = 20_011;
  private static final double ERRORS = 5;

  private record Pair(float[] x, float[] y) {
    double bound() {
      double xy = dot(x, y);
      return (dot(x, x) * dot(y, y) + xy * xy) / DIM;
    }

    /** The bound less what pairs within a segment of 256 would add: they never share a place. */
    double exactVariance() {
      double within = 0;
      for (int from = 0; from < x.length; from += 256) {
        double xx = 0;
        double yy = 0;
        double xy = 0;
        for (int i = from; i < Math.min(from + 256, x.length); i++) {
          xx += (double) x[i] * x[i];
          yy += (double) y[i] * y[i];
          xy += (double) x[i] * y[i];
        }
        within += xx * yy + xy * xy;
      }
      return bound() - within / DIM;
    }
  }

  private record Moments(double bias, double variance, double kurtosis) {
    double relativeError() {
      return ERRORS * Math.sqrt((Math.max(3, kurtosis) - 1) / SEEDS);
    }

    boolean unbiasedWithin(double variance) {
      return Math.abs(bias) <= ERRORS * Math.sqrt(variance / SEEDS);
    }

    boolean variesAtMost(double bound) {
      return variance <= bound * (1 + relativeError());
    }
  }

  @Test
  void innerProductsAreUnbiasedAndVaryAsProven() {
    UnsafeSketches.Sketch fold = (x, seed, out) -> Sketcher.of(x.length, DIM, seed).sketch(x, out);
    pairs()
        .forEach(
            (name, pair) -> {
              Moments m = moments(fold, pair);
              assertThat(m.unbiasedWithin(pair.bound())).as("%s: %s", name, m).isTrue();
              assertThat(m.variesAtMost(pair.bound())).as("%s: %s", name, m).isTrue();
              double exact = pair.exactVariance();
              assertThat(Math.abs(m.variance - exact))
                  .as("%s: %s against %s", name, m, exact)
                  .isLessThanOrEqualTo(exact * m.relativeError());
            });
  }

  @Test
  void theTestPassesOtherSafeSketches() {
    UnsafeSketches.safe()
        .forEach(
            (name, sketch) ->
                assertThat(passes(sketch, "constant", "sparse", "repeated rows", "stride 64"))
                    .as(name)
                    .containsOnly(true));
  }

  @Test
  void theTestFailsTheKnownUnsafeSketches() {
    Map<String, UnsafeSketches.Sketch> unsafe = UnsafeSketches.unsafe();
    assertThat(unsafe).hasSize(5);
    unsafe.forEach(
        (name, sketch) -> {
          String[] caughtBy =
              switch (name) {
                case "offsets of 64, segment × lane signs" ->
                    new String[] {"constant", "repeated rows", "rank one", "stride 64"};
                case "offsets of 64, own signs" -> new String[] {"stride 64"};
                case "no offset" -> new String[] {"stride 256"};
                default -> new String[] {"constant", "repeated rows"};
              };
          assertThat(passes(sketch, caughtBy)).as(name).containsOnly(false);
        });
  }

  private static List<Boolean> passes(UnsafeSketches.Sketch sketch, String... names) {
    Map<String, Pair> pairs = pairs();
    List<Boolean> passes = new ArrayList<>();
    for (String name : names) {
      Pair pair = Objects.requireNonNull(pairs.get(name));
      Moments m = moments(sketch, pair);
      passes.add(m.unbiasedWithin(pair.bound()) && m.variesAtMost(pair.bound()));
    }
    return passes;
  }

  private static Moments moments(UnsafeSketches.Sketch sketch, Pair pair) {
    double truth = dot(pair.x, pair.y);
    double sum = 0;
    double second = 0;
    double fourth = 0;
    float[] sx = new float[DIM];
    float[] sy = new float[DIM];
    for (long seed = 0; seed < SEEDS; seed++) {
      Arrays.fill(sx, 0);
      sketch.sketch(pair.x, seed, sx);
      float[] other = sx;
      if (pair.y != pair.x) {
        Arrays.fill(sy, 0);
        sketch.sketch(pair.y, seed, sy);
        other = sy;
      }
      double error = dot(sx, other) - truth;
      double square = error * error;
      sum += error;
      second += square;
      fourth += square * square;
    }
    double variance = second / SEEDS;
    return new Moments(sum / SEEDS, variance, fourth / SEEDS / (variance * variance));
  }

  private static Map<String, Pair> pairs() {
    float[] gaussian = SketcherTest.gaussian(PARAMETERS, 1);
    float[] other = SketcherTest.gaussian(PARAMETERS, 2);
    float[] u = SketcherTest.gaussian(200, 3);
    float[] v = SketcherTest.gaussian(100, 4);
    Random random = new Random(5);
    float[] constant = fill(i -> 0.7);
    float[] sparse = new float[PARAMETERS];
    for (int n = 0; n < 200; n++) {
      sparse[random.nextInt(PARAMETERS)] = (float) random.nextGaussian();
    }
    float[] stride = fill(i -> i % 64 == 5 ? gaussian[i] : 0);
    Map<String, Pair> all = new LinkedHashMap<>();
    all.put("Gaussian", same(gaussian));
    all.put("constant", same(constant));
    all.put("sparse", same(sparse));
    all.put("period 256", same(fill(i -> Math.sin(2 * Math.PI * i / 256))));
    all.put("period 7", same(fill(i -> i % 7 - 3)));
    all.put("repeated rows", same(fill(i -> gaussian[i % 128])));
    all.put("repeated odd rows", same(fill(i -> gaussian[i % 100])));
    all.put("rank one", same(fill(i -> u[i / 100 % 200] * v[i % 100])));
    all.put(
        "positive rank one", same(fill(i -> Math.abs(u[i / 128]) * Math.abs(v[i % 128 % 100]))));
    all.put("stride 16", same(fill(i -> i % 16 == 3 ? gaussian[i] : 0)));
    all.put("stride 64", same(stride));
    all.put("stride 256", same(fill(i -> i % 256 == 17 ? 1 : 0)));
    all.put("stride 512", same(fill(i -> i % 512 == 300 ? 1 : 0)));
    all.put("heavy tails", same(fill(i -> gaussian[i] / (0.05 + Math.abs(other[i])))));
    // Tensors of very different scale, one after the other.
    all.put(
        "three tensors", same(fill(i -> gaussian[i] * (i < 7_001 ? 1e-3 : i < 7_129 ? 3 : 0.2))));
    all.put("two Gaussian vectors", new Pair(gaussian, other));
    all.put("nearly parallel", new Pair(gaussian, fill(i -> gaussian[i] + 0.1 * other[i])));
    all.put("constant and alternating", new Pair(constant, fill(i -> i % 2 == 0 ? 1 : -1)));
    all.put("constant and strided", new Pair(constant, stride));
    return all;
  }

  private interface Element {
    double at(int i);
  }

  private static float[] fill(Element element) {
    float[] x = new float[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++) {
      x[i] = (float) element.at(i);
    }
    return x;
  }

  private static Pair same(float[] x) {
    return new Pair(x, x);
  }

  private static double dot(float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum;
  }
}
