package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tail index and kurtosis on noise vectors made here; real contrasts are in the accuracy tests. */
class NoiseTailTest {
  private static final double HALF_LIFE = 20_000;

  private static TailIndex tail(int steps, Supplier<double[]> squares) {
    TailIndex tail = new TailIndex(HALF_LIFE, 200);
    for (int t = 0; t < steps; t++) {
      tail.accept(squares.get());
    }
    return tail;
  }

  private static QuantityList describe(TailIndex tail) {
    QuantityList list = new QuantityList();
    tail.describe(list);
    return list;
  }

  /** ‖e‖ = U^(−1/α) has P(‖e‖ > x) = x^−α exactly. */
  @ParameterizedTest
  @ValueSource(doubles = {0.8, 1.5, 2, 3})
  void paretoNormsOfEverySize(double index) {
    int held = 0;
    double sum = 0;
    int runs = 60;
    for (int r = 0; r < runs; r++) {
      SplittableRandom random = new SplittableRandom(r);
      double drift = r % 2 == 0 ? 1 : 0.9995;
      double[] size = {1};
      TailIndex tail =
          tail(
              6_000,
              () -> {
                size[0] *= drift;
                return new double[] {
                  size[0] * Math.pow(random.nextDouble(), -2 / index),
                  size[0] * Math.pow(random.nextDouble(), -2 / index)
                };
              });
      Quantity q = Objects.requireNonNull(describe(tail).quantities().get("noise_tail_index"));
      Double value = q.value();
      Double low = q.low();
      Double high = q.high();
      if (value != null && low != null && high != null) {
        sum += 1 / value / runs;
        held += low <= index && index <= high ? 1 : 0;
      }
      assertThat(tail.heavy()).isEqualTo(high != null && high < 4);
    }
    // √5/√(0.1·11,000) = 6.7 % a run, less in the mean; bins of 1/32 and the drift add below 1 %.
    assertThat(sum * index).isCloseTo(1, within(0.04));
    // 0.95 and three binomial standard errors.
    assertThat((double) held / runs).isGreaterThan(0.95 - 3 * Math.sqrt(0.95 * 0.05 / runs));
  }

  /** Positive a-stable by Kanter's representation, Ann. Probab. 3 (1975) 697–707. */
  private static double stable(double a, SplittableRandom random) {
    double u = Math.PI * random.nextDouble();
    double e = -Math.log(1 - random.nextDouble());
    return Math.sin(a * u)
        / Math.pow(Math.sin(u), 1 / a)
        * Math.pow(Math.sin((1 - a) * u) / e, (1 - a) / a);
  }

  private static double chiSquare(int degrees, SplittableRandom random) {
    double sum = 0;
    for (int i = 0; i < degrees; i++) {
      double x = random.nextGaussian();
      sum += x * x;
    }
    return sum;
  }

  /**
   * Contrasts of four radial vectors in so many dimensions that their directions hardly overlap:
   * ‖e_j‖² = Σ_i w_ji²·r_i² with Helmert's weights. A step's contrasts share their largest vector.
   */
  @ParameterizedTest
  @ValueSource(strings = {"1.2", "1.5", "1.8", "2", "3"})
  void theIntervalHoldsWhereTheTailIsNoExactPower(String name) {
    double index = Double.parseDouble(name);
    int held = 0;
    int runs = 40 * Integer.getInteger("thermograd.accuracy.scale", 1);
    for (int r = 0; r < runs; r++) {
      SplittableRandom random = new SplittableRandom(1_000 + r);
      TailIndex tail = new TailIndex(10_000, 100);
      for (int t = 0; t < 20_000; t++) {
        double[] x = new double[4];
        for (int i = 0; i < 4; i++) {
          x[i] = index < 2 ? stable(index / 2, random) : index / chiSquare((int) index, random);
        }
        tail.accept(
            new double[] {
              (x[0] + x[1]) / 2, (x[0] + x[1] + 4 * x[2]) / 6, (x[0] + x[1] + x[2] + 9 * x[3]) / 12
            });
      }
      Quantity q = Objects.requireNonNull(describe(tail).quantities().get("noise_tail_index"));
      Double low = q.low();
      Double high = q.high();
      held += low != null && low <= index && high != null && index <= high ? 1 : 0;
    }
    System.out.printf("tail index %s: interval holds in %d of %d runs%n", name, held, runs);
    assertThat((double) held / runs).isGreaterThan(0.95 - 3 * Math.sqrt(0.95 * 0.05 / runs));
  }

  @Test
  void normalNoiseHasNoTailIndexHoweverFewItsDirections() {
    for (int d : new int[] {1, 2, 10, 1000}) {
      SplittableRandom random = new SplittableRandom(d);
      TailIndex tail =
          tail(
              10_000,
              () -> {
                double square = 0;
                for (int i = 0; i < d; i++) {
                  double x = random.nextGaussian();
                  square += x * x;
                }
                return new double[] {square};
              });
      QuantityList list = describe(tail);
      assertThat(list.absent().get("noise_tail_index")).startsWith("no power law");
      Quantity bound = list.quantities().get("noise_tail_index");
      assertThat(tail.heavy()).isFalse();
      if (bound != null) {
        assertThat(bound.value()).isNull();
        assertThat(bound.low()).isGreaterThan(4);
      }
    }
  }

  /** Moments of every order exist; a gap between the two sizes must not be taken for a tail. */
  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.2, 0.5})
  void twoSizesOfNormalNoiseAreNotFlagged(double rare) {
    for (double larger : new double[] {3, 10}) {
      SplittableRandom random = new SplittableRandom((long) (100 * rare + larger));
      TailIndex tail =
          tail(
              20_000,
              () -> {
                double[] squares = new double[3];
                for (int j = 0; j < 3; j++) {
                  double size = random.nextDouble() < rare ? larger : 1;
                  squares[j] = size * size * chiSquare(20, random);
                }
                return squares;
              });
      assertThat(tail.heavy()).isFalse();
    }
  }

  @Test
  void waitsForAThousandVectors() {
    SplittableRandom random = new SplittableRandom(1);
    TailIndex tail = tail(900, () -> new double[] {random.nextDouble()});
    assertThat(describe(tail).absent())
        .containsEntry("noise_tail_index", "warming up: 899 of 1,000 noise vectors");
    assertThat(tail.heavy()).isFalse();
  }

  @Test
  void ignoresZerosAndWhatIsNotFinite() {
    SplittableRandom random = new SplittableRandom(1);
    TailIndex plain = tail(2_000, () -> new double[] {random.nextDouble()});
    SplittableRandom again = new SplittableRandom(1);
    TailIndex with =
        tail(
            2_000,
            () -> new double[] {0, again.nextDouble(), Double.NaN, Double.POSITIVE_INFINITY});
    assertThat(describe(with).quantities()).isEqualTo(describe(plain).quantities());
  }

  @Test
  void countsStayFiniteOverAMillionSteps() {
    TailIndex tail = new TailIndex(100, 20);
    SplittableRandom random = new SplittableRandom(1);
    for (int t = 0; t < 1_000_000; t++) {
      tail.accept(new double[] {1 / random.nextDouble(), 1 / random.nextDouble()});
    }
    // (1 + β)/(1 − β) steps of two vectors weigh 577: too few, forever, and it says so.
    assertThat(describe(tail).absent().get("noise_tail_index")).startsWith("warming up: 577 of");
  }

  private static Quantity kurtosis(int seed, Supplier<Supplier<float[]>> draws) {
    Supplier<float[]> draw = draws.get();
    NoiseKurtosis kurtosis = new NoiseKurtosis(500, new SketchMath());
    for (int t = 0; t < 3_000; t++) {
      kurtosis.accept(new float[][] {draw.get(), draw.get(), draw.get()}, 1 + seed);
    }
    QuantityList list = new QuantityList();
    kurtosis.describe(list);
    Quantity q = Objects.requireNonNull(list.quantities().get(QuantityName.NOISE_KURTOSIS.id()));
    assertThat(kurtosis.large()).isEqualTo(q.low() != null && q.low() > 1);
    return q;
  }

  @Test
  void normalNoiseOfAnyCovarianceHasNoExcess() {
    int held = 0;
    for (int seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Quantity q =
          kurtosis(
              seed,
              () ->
                  () -> {
                    float[] e = new float[64];
                    for (int i = 0; i < 64; i++) {
                      e[i] = (float) (Math.exp(i / 10.0) * random.nextGaussian());
                    }
                    return e;
                  });
      held += holds(q, 0) ? 1 : 0;
    }
    assertThat(held).isGreaterThanOrEqualTo(33);
  }

  /** A mixture of scales s with probability ½ each has excess 3·(E s⁴/(E s²)² − 1). */
  @Test
  void mixturesOfScales() {
    int held = 0;
    for (int seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Quantity q =
          kurtosis(
              seed,
              () ->
                  () -> {
                    double scale = random.nextBoolean() ? 1 : 3;
                    float[] e = new float[64];
                    for (int i = 0; i < 64; i++) {
                      e[i] = (float) (scale * random.nextGaussian());
                    }
                    return e;
                  });
      held += holds(q, 3 * ((1 + 81) / 2.0 / 25 - 1)) ? 1 : 0;
    }
    assertThat(held).isGreaterThanOrEqualTo(33);
  }

  private static boolean holds(Quantity q, double truth) {
    Double low = q.low();
    Double high = q.high();
    return low != null && high != null && low <= truth && truth <= high;
  }
}
