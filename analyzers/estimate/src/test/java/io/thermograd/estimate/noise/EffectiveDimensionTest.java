package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

class EffectiveDimensionTest {
  private static final int[] FOUR = {4, 4, 4, 4};

  /** The random linear map that adds every coordinate, with a random sign, to a random cell. */
  private record CountSketch(int[] cell, float[] sign, int dim) {
    static CountSketch of(int parameters, int dim, SplittableRandom random) {
      int[] cell = new int[parameters];
      float[] sign = new float[parameters];
      for (int i = 0; i < parameters; i++) {
        cell[i] = random.nextInt(dim);
        sign[i] = random.nextBoolean() ? 1 : -1;
      }
      return new CountSketch(cell, sign, dim);
    }

    float[] of(float[] x) {
      float[] out = new float[dim];
      for (int i = 0; i < x.length; i++) {
        out[cell[i]] += sign[i] * x[i];
      }
      return out;
    }
  }

  private static double[] powerLaw(int n, double exponent) {
    double[] sds = new double[n];
    for (int i = 0; i < n; i++) {
      sds[i] = Math.pow(i + 1, -exponent / 2);
    }
    return sds;
  }

  private static double truth(double[] sds) {
    double trace = 0;
    double squares = 0;
    for (double s : sds) {
      trace += s * s;
      squares += s * s * s * s;
    }
    return trace * trace / squares;
  }

  private static Quantity measure(
      SplittableRandom random,
      double[] sds,
      int steps,
      int sketchDim,
      LongToDoubleFunction amplitude) {
    var noise = new NoiseEstimator(sketchDim == 0 ? Draws.WHOLE : Draws.sketched(sketchDim), 500);
    CountSketch sketch =
        sketchDim == 0 ? null : CountSketch.of(sds.length, sketchDim, random.split());
    double[] mean = Draws.filled(sds.length, 0.1);
    for (long t = 0; t < steps; t++) {
      double[] now = sds.clone();
      double factor = amplitude.applyAsDouble(t);
      for (int i = 0; i < now.length; i++) {
        now[i] *= factor;
      }
      float[][] g = new float[FOUR.length][];
      for (int j = 0; j < FOUR.length; j++) {
        float[] whole = Draws.normal(random, mean, now, FOUR[j]);
        g[j] = sketch == null ? whole : sketch.of(whole);
      }
      noise.accept(Draws.step(3 * t, FOUR, g));
    }
    QuantityList list = new QuantityList();
    noise.describe(list);
    Quantity q = list.quantities().get(QuantityName.EFFECTIVE_DIMENSION.id());
    if (q == null) {
      throw new AssertionError(list.absent().get(QuantityName.EFFECTIVE_DIMENSION.id()));
    }
    return q;
  }

  private static double value(Quantity q) {
    Double value = q.value();
    return value == null ? Double.NaN : value;
  }

  private static boolean holds(Quantity q, double truth) {
    Double low = q.low();
    Double high = q.high();
    // 1e-5: the rounding of float products, where nothing else is uncertain.
    return low != null && low <= truth * (1 + 1e-5) && high != null && truth <= high;
  }

  private static void coverage(
      String name, double[] sds, int runs, int steps, int sketchDim, double relative) {
    var random = new SplittableRandom(steps + sketchDim);
    double truth = truth(sds);
    double sum = 0;
    double squares = 0;
    int held = 0;
    for (int r = 0; r < runs; r++) {
      Quantity q = measure(random, sds, steps, sketchDim, t -> 1);
      sum += value(q) / runs;
      squares += Math.pow(value(q) - truth, 2) / runs;
      held += holds(q, truth) ? 1 : 0;
    }
    System.out.printf(
        "d_eff %s, k = %d, %d runs of %d steps: truth %.1f, mean %.1f, rms error %.1f %%,"
            + " coverage %.3f%n",
        name,
        sketchDim,
        runs,
        steps,
        truth,
        sum,
        100 * Math.sqrt(squares) / truth,
        (double) held / runs);
    assertThat(sum).isCloseTo(truth, within(relative * truth));
    // Three binomial standard errors, and 2 % for an interval by a linear approximation.
    double tolerance = 3 * Math.sqrt(0.95 * 0.05 / runs) + 0.02;
    assertThat((double) held / runs).isGreaterThan(0.95 - tolerance);
  }

  @Test
  void isotropicNoiseFillsItsSpace() {
    coverage("isotropic", Draws.filled(50, 1), 300, 300, 0, 0.02);
  }

  @Test
  void rankOneIsOne() {
    double[] sds = new double[50];
    sds[7] = 2;
    coverage("rank one", sds, 300, 300, 0, 0.05);
  }

  @Test
  void powerLaws() {
    coverage("1/i", powerLaw(300, 1), 100, 300, 0, 0.03);
    coverage("1/i²", powerLaw(100, 2), 200, 300, 0, 0.05);
  }

  @Test
  void sketchesAreCorrectedFor() {
    coverage("isotropic", Draws.filled(50, 1), 40, 200, 1024, 0.03);
    coverage("1/√i", powerLaw(2000, 0.5), 10, 200, 1024, 0.1);
  }

  @Test
  void noiseThatGrowsOrShrinksKeepsItsDimension() {
    var random = new SplittableRandom(1);
    double[] sds = Draws.filled(20, 1);
    assertThat(value(measure(random, sds, 2000, 0, t -> Math.pow(2, -t / 200.0))))
        .isCloseTo(20, within(3.0));
    assertThat(value(measure(random, sds, 2000, 0, t -> Math.pow(2, t / 200.0))))
        .isCloseTo(20, within(3.0));
  }

  @Test
  void countsBeforeItSpeaks() {
    var noise = new NoiseEstimator(Draws.WHOLE, 500);
    var random = new SplittableRandom(1);
    for (long t = 0; t < 51; t++) {
      QuantityList list = new QuantityList();
      noise.describe(list);
      assertThat(list.absent()).containsKey("effective_dimension");
      if (t > 20) {
        assertThat(list.absent().get("effective_dimension")).contains((t - 1) + " of 50");
      }
      float[] g1 = Draws.normal(random, Draws.filled(9, 0), Draws.filled(9, 1), 1);
      float[] g2 = Draws.normal(random, Draws.filled(9, 0), Draws.filled(9, 1), 1);
      noise.accept(Draws.step(t, new int[] {1, 1}, new float[][] {g1, g2}));
    }
    QuantityList list = new QuantityList();
    noise.describe(list);
    assertThat(list.quantities()).containsKey("effective_dimension");
  }

  @Test
  void isNeverBelowOne() {
    double[] sds = new double[3];
    sds[0] = 1;
    for (int seed = 0; seed < 20; seed++) {
      Quantity q = measure(new SplittableRandom(seed), sds, 60, 0, t -> 1);
      assertThat(value(q)).isGreaterThanOrEqualTo(1);
      assertThat(q.low()).isGreaterThanOrEqualTo(1);
    }
  }

  @Test
  void noNoiseHasNoDimension() {
    var noise = new NoiseEstimator(Draws.WHOLE, 500);
    for (long t = 0; t < 100; t++) {
      noise.accept(Draws.step(t, new int[] {1, 1}, new float[][] {{1, 2}, {1, 2}}));
    }
    QuantityList list = new QuantityList();
    noise.describe(list);
    assertThat(list.absent()).containsKey("effective_dimension");
    assertThat(list.quantities()).doesNotContainKey("effective_dimension");
  }

  /** A fixed population with a few dominant examples, as near convergence; gradient G = 0. */
  private static float[][] heavyPopulation(SplittableRandom random, int n, int parameters) {
    double[][] x = new double[n][parameters];
    double[] mean = new double[parameters];
    for (int i = 0; i < n; i++) {
      double size = Math.exp(1.2 * random.nextGaussian());
      for (int p = 0; p < parameters; p++) {
        x[i][p] = size * random.nextGaussian() / (1 + p);
        mean[p] += x[i][p] / n;
      }
    }
    float[][] out = new float[n][parameters];
    for (int i = 0; i < n; i++) {
      for (int p = 0; p < parameters; p++) {
        out[i][p] = (float) (x[i][p] - mean[p]);
      }
    }
    return out;
  }

  private static double[] exactTraces(float[][] population) {
    int parameters = population[0].length;
    double[][] sigma = new double[parameters][parameters];
    for (float[] g : population) {
      for (int p = 0; p < parameters; p++) {
        for (int q = 0; q < parameters; q++) {
          sigma[p][q] += (double) g[p] * g[q] / population.length;
        }
      }
    }
    double trace = 0;
    double squares = 0;
    for (int p = 0; p < parameters; p++) {
      trace += sigma[p][p];
      for (int q = 0; q < parameters; q++) {
        squares += sigma[p][q] * sigma[p][q];
      }
    }
    return new double[] {trace, squares};
  }

  /**
   * Steps of one epoch share no example. Five populations, 40,000 steps each. Squares of overlaps
   * have a relative variance below about 10 here, so 40,000·9 of them give d_eff to 0.5 %, and
   * terms of O(1/n) are left out: 3 %. Without the epochs' terms tr Σ² would read low by E‖ξ‖⁴/(n
   * tr Σ²), which is asserted to be more than twice that.
   */
  @Test
  void corrects_for_the_examples_that_steps_of_one_epoch_do_not_share() {
    int n = 240;
    int[] sizes = {6, 6, 6, 6};
    SplittableRandom random = new SplittableRandom(7);
    for (int population = 0; population < 5; population++) {
      float[][] g = heavyPopulation(random, n, 12);
      double[] exact = exactTraces(g);
      double fourth = 0;
      for (float[] x : g) {
        double square = 0;
        for (float v : x) {
          square += (double) v * v;
        }
        fourth += square * square / n;
      }
      assertThat(fourth / n / exact[1]).as("what is corrected").isGreaterThan(0.06);

      var noise = new NoiseEstimator(Draws.distinct(n), 1e6);
      int[] order = new int[n];
      for (int i = 0; i < n; i++) {
        order[i] = i;
      }
      for (int t = 0; t < 40_000; t++) {
        int at = t % (n / 24) * 24;
        if (at == 0) {
          shuffle(order, random);
        }
        float[][] batches = new float[sizes.length][12];
        for (int j = 0; j < 24; j++) {
          for (int p = 0; p < 12; p++) {
            batches[j / 6][p] += g[order[at + j]][p] / 6;
          }
        }
        noise.accept(Draws.step(t, sizes, batches));
      }
      assertThat(noise.dimension().value())
          .isCloseTo(exact[0] * exact[0] / exact[1], within(0.03 * exact[0] * exact[0] / exact[1]));
    }
  }

  private static void shuffle(int[] x, SplittableRandom random) {
    for (int i = x.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = x[i];
      x[i] = x[j];
      x[j] = swapped;
    }
  }
}
