package io.thermograd.simulator.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.random.Ziggurat;
import java.util.stream.Stream;
import org.hipparchus.special.Gamma;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NoiseModelTest {
  private static final int DRAWS = 400_000;
  private static final double[] PLACE = {0.7, -1.2, 0.4};

  /** A bowl of depth −2 for noise that grows with the loss. */
  private static final FiniteSum BOWL =
      new FiniteSum(
          new double[][] {{1, 2, 3}, {3, 2, 1}, {0, 2, 5}},
          new double[][] {{0, 1, 0}, {2, -1, 0.5}, {1, 1, 1}});

  static Stream<NoiseModel> withFiniteFourthMoment() {
    return Stream.of(
        GaussianNoise.isotropic(3, 2),
        GaussianNoise.diagonal(4, 0, 0.01),
        GaussianNoise.of(new double[][] {{2, -1, 0.5}, {-1, 3, 0}, {0.5, 0, 1}}),
        GaussianNoise.of(new double[][] {{1, 2, 0}, {2, 4, 0}, {0, 0, 0}}),
        new MultiplicativeNoise(BOWL, 0.3, 0.2),
        new StableNoise(3, 2, 0.7, true),
        new StableNoise(3, 2, 0.7, false),
        new StudentNoise(3, 9, 0.5),
        new LognormalNoise(3, 0.5, 0.3),
        BOWL.withReplacement());
  }

  @ParameterizedTest
  @MethodSource("withFiniteFourthMoment")
  void hasMeanZeroAndItsCovarianceOverB(NoiseModel noise) {
    double[][] expected = new double[3][3];
    noise.covariance(PLACE, expected);
    for (double batch : new double[] {1, 4}) {
      double[] xi = draws(noise, batch, 17);
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          double sum = 0;
          double squares = 0;
          for (int r = 0; r < DRAWS; r++) {
            double product = xi[i * DRAWS + r] * xi[j * DRAWS + r];
            sum += product;
            squares += product * product;
          }
          double mean = sum / DRAWS;
          double error = Math.sqrt((squares / DRAWS - mean * mean) / DRAWS);
          assertThat(mean)
              .as("%s, entry %d %d, B = %s", noise, i, j, batch)
              .isCloseTo(expected[i][j] / batch, within(4.5 * error + 1e-12));
        }
        double mean = 0;
        for (int r = 0; r < DRAWS; r++) {
          mean += xi[i * DRAWS + r] / DRAWS;
        }
        assertThat(mean)
            .isCloseTo(0, within(4.5 * Math.sqrt(expected[i][i] / batch / DRAWS) + 1e-12));
      }
    }
  }

  @Test
  void addsToWhatIsThereAndRepeatsItself() {
    NoiseModel noise = new StudentNoise(3, 4, 1);
    double[] zero = draws(noise, 2, 3);
    assertThat(draws(noise, 2, 3)).isEqualTo(zero);
    double[] one = places();
    double[] gradients = new double[one.length];
    java.util.Arrays.fill(gradients, 100);
    noise.add(one, DRAWS, gradients, 2, new Ziggurat(3));
    assertThat(gradients[5]).isCloseTo(100 + zero[5], within(1e-12));
  }

  @Test
  void stableNoiseHasItsCharacteristicFunction() {
    double scale = 0.8;
    double[][] waves = {{0.3, 0, 0}, {1, 0, 0}, {0, 2, 0}, {0.5, 0.5, -0.5}, {1, -2, 0.5}};
    for (double alpha : new double[] {0.7, 1, 1.3, 1.7, 2}) {
      for (boolean isotropic : new boolean[] {true, false}) {
        for (double batch : new double[] {1, 16}) {
          double[] xi = draws(new StableNoise(3, alpha, scale, isotropic), batch, 29);
          double s = scale * Math.pow(batch, 1 / alpha - 1);
          for (double[] k : waves) {
            double exponent = 0;
            double norm = 0;
            for (double v : k) {
              exponent += Math.pow(s * Math.abs(v), alpha);
              norm += v * v;
            }
            if (isotropic) {
              exponent = Math.pow(s * Math.sqrt(norm), alpha);
            }
            double cos = 0;
            for (int r = 0; r < DRAWS; r++) {
              cos += Math.cos(k[0] * xi[r] + k[1] * xi[DRAWS + r] + k[2] * xi[2 * DRAWS + r]);
            }
            // Var cos(kξ) = ½ + ½φ(2k) − φ(k)² ≤ ½ + …: at most 1.
            assertThat(cos / DRAWS)
                .as("alpha %s, isotropic %s, B %s", alpha, isotropic, batch)
                .isCloseTo(Math.exp(-exponent), within(4.5 / Math.sqrt(DRAWS)));
          }
        }
      }
    }
  }

  @Test
  void studentNoiseHasItsFractionalMoments() {
    // E|t_ν|^p = ν^(p/2) Γ((p+1)/2) Γ((ν−p)/2)/(√π Γ(ν/2)) for p < ν; also for ν < 2 (shape < 1).
    for (double nu : new double[] {1.5, 3, 6.5}) {
      double p = nu / 5;
      double[] xi = draws(new StudentNoise(3, nu, 2), 1, 41);
      double sum = 0;
      double squares = 0;
      for (double v : xi) {
        double power = Math.pow(Math.abs(v), p);
        sum += power / xi.length;
        squares += power * power / xi.length;
      }
      double expected =
          Math.pow(2, p)
              * Math.pow(nu, p / 2)
              * Math.exp(
                  Gamma.logGamma((p + 1) / 2)
                      + Gamma.logGamma((nu - p) / 2)
                      - Gamma.logGamma(nu / 2))
              / Math.sqrt(Math.PI);
      // Three coordinates share a scale: count the draws, not the values.
      double error = Math.sqrt((squares - sum * sum) / DRAWS);
      assertThat(sum).as("nu " + nu).isCloseTo(expected, within(4.5 * error));
    }
  }

  @Test
  void heavyTailsHaveNoCovariance() {
    double[][] c = new double[2][2];
    new StableNoise(2, 1.5, 1, true).covariance(new double[2], c);
    assertThat(c[0]).containsExactly(Double.POSITIVE_INFINITY, 0);
    new StudentNoise(2, 2, 1).covariance(new double[2], c);
    assertThat(c[1]).containsExactly(0, Double.POSITIVE_INFINITY);
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatThrownBy(() -> GaussianNoise.of(new double[][] {{1, 2}, {2, 1}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("covariance should have no negative eigenvalue: was -1");
    assertThatThrownBy(() -> GaussianNoise.of(new double[][] {{1, 2}, {0, 1}}))
        .hasMessage("covariance should be symmetric: was 2.0 at 0, 1 and 0.0 at 1, 0");
    assertThatThrownBy(() -> GaussianNoise.isotropic(2, Double.NaN))
        .hasMessage("variance should be at least 0 and finite: was NaN");
    assertThatThrownBy(() -> new StableNoise(2, 2.1, 1, true))
        .hasMessage("alpha should be in (0, 2]: was 2.1");
    assertThatThrownBy(() -> new StudentNoise(2, 0, 1))
        .hasMessage("degrees should be positive and finite: was 0.0");
  }

  private static double[] places() {
    double[] x = new double[3 * DRAWS];
    for (int i = 0; i < 3; i++) {
      java.util.Arrays.fill(x, i * DRAWS, (i + 1) * DRAWS, PLACE[i]);
    }
    return x;
  }

  private static double[] draws(NoiseModel noise, double batch, long seed) {
    double[] xi = new double[3 * DRAWS];
    noise.add(places(), DRAWS, xi, batch, new Ziggurat(seed));
    return xi;
  }
}
