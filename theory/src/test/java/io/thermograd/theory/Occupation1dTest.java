package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Occupation1dTest {

  @ParameterizedTest
  @ValueSource(doubles = {1e6, 1, 1e-3, 1e-8, 1e-12})
  void gibbsOfAQuadraticIsNormal(double temperature) {
    double centre = 0.3;
    double sd = Math.sqrt(temperature / 2);
    double reach = Math.max(1, 12 * sd);
    Occupation1d law =
        Occupation1d.gibbs(
            x -> (x - centre) * (x - centre), temperature, centre - reach, centre + 1.1 * reach);
    assertThat(law.mean()).isCloseTo(centre, within(1e-11 + 1e-9 * sd));
    assertThat(law.variance()).isCloseTo(temperature / 2, within(1e-9 * temperature));
    assertThat(law.density(centre))
        .isCloseTo(1 / Math.sqrt(Math.PI * temperature), within(1e-10 / sd));
    // scipy 1.10.1: norm.sf(1), norm.sf(6)
    assertThat(law.probability(centre + sd, Double.POSITIVE_INFINITY))
        .isCloseTo(0.15865525393145707, within(1e-9));
    assertThat(law.probability(centre + 6 * sd, Double.POSITIVE_INFINITY))
        .isCloseTo(9.865876450376946e-10, within(1e-9 * 1e-8));
  }

  @Test
  void findsNarrowWellsThatNoNodeOfACoarseGridWouldSee() {
    // Wells of equal depth at ±1, width 10⁻⁶; the ratio of masses is √(U″(−1)/U″(1)).
    double t = 1e-10;
    Occupation1d law =
        Occupation1d.gibbs(x -> (x < 0 ? 4 : 1) * (x * x - 1) * (x * x - 1) * 0.25, t, -2.3, 3.1);
    assertThat(law.probability(0, 3) / law.probability(-2, 0)).isCloseTo(2, within(1e-5));
  }

  @Test
  void depthAndTemperatureMayBeFarApart() {
    Occupation1d law = Occupation1d.gibbs(x -> 1e6 * x, 1, 0, 1);
    assertThat(law.mean()).isCloseTo(1e-6, within(1e-15));
    assertThat(law.logDensity(0)).isCloseTo(Math.log(1e6), within(1e-9));
    assertThat(law.logDensity(1)).isCloseTo(Math.log(1e6) - 1e6, within(1e-9));
    assertThat(law.probability(1e-3, 1)).isEqualTo(Math.exp(-1000)).isEqualTo(0);
    assertThat(law.probability(5e-4, 1)).isCloseTo(Math.exp(-500), within(1e-8 * Math.exp(-500)));
    // An offset in the energy is rounded as the caller's energy is: 10⁶/T in units of 2⁻⁵².
    assertThat(Occupation1d.gibbs(x -> 1e6 + x * x, 1, -9, 9).variance())
        .isCloseTo(0.5, within(1e-8));
  }

  @Test
  void powerLawOfAQuadraticWithAFloorIsStudents() {
    // L = 1 + x², p ∝ (1+x²)^{−α}: variance 1/(2α−3) on the whole line, here truncated at 10⁴.
    double alpha = Occupation1d.powerLawExponent(0.05, 10, 1);
    assertThat(alpha).isEqualTo(5);
    Occupation1d law = Occupation1d.powerLaw(x -> 1 + x * x, alpha, -1e4, 1e4);
    assertThat(law.variance()).isCloseTo(1.0 / 7, within(1e-10));
    // B(1/2, α − 1/2) = π·35/128 for α = 5.
    assertThat(law.density(0)).isCloseTo(128 / (35 * Math.PI), within(1e-10));
    assertThat(law.moment(4)).isCloseTo(3.0 / 35, within(1e-10));
  }

  @Test
  void itoWithNoisePerLossIsThePowerLawAndNotGibbs() {
    double s = 0.2;
    Occupation1d ito =
        Occupation1d.ito(
            x -> 4 * x * (x * x - 1), x -> s * (0.3 + (x * x - 1) * (x * x - 1)), -2, 2.5);
    Occupation1d power =
        Occupation1d.powerLaw(x -> 0.3 + (x * x - 1) * (x * x - 1), 1 + 1 / s, -2, 2.5);
    for (double x : new double[] {-2, -1.3, 0, 0.77, 1, 2.5}) {
      assertThat(ito.logDensity(x)).isCloseTo(power.logDensity(x), within(1e-9));
    }
    assertThat(ito.variance()).isCloseTo(power.variance(), within(1e-9));
  }

  @Test
  void itoAgreesWithConstantNoise() {
    Occupation1d ito = Occupation1d.ito(x -> 2 * x, x -> 0.01, -3, 3);
    Occupation1d gibbs = Occupation1d.gibbs(x -> x * x, 0.01, -3, 3);
    assertThat(ito.logDensity(2.9)).isCloseTo(gibbs.logDensity(2.9), within(1e-8));
  }

  @Test
  void cellsSumToTheirInterval() {
    Occupation1d law = Occupation1d.gibbs(x -> x * x * x * x, 0.2, -2, 2);
    double sum = 0;
    for (double p : law.cells(new GridAxis(-0.5, 3, 57))) {
      sum += p;
    }
    assertThat(sum).isCloseTo(law.probability(-0.5, 3), within(1e-11));
    assertThat(law.probability(-9, 9)).isEqualTo(1);
    assertThat(law.probability(1, 1)).isEqualTo(0);
    assertThat(law.probability(5, 6)).isEqualTo(0);
    assertThat(law.density(2.01)).isEqualTo(0);
  }

  @Test
  void refusesBadInput() {
    assertThatThrownBy(() -> Occupation1d.gibbs(x -> x, -1, 0, 1))
        .hasMessage("temperature should be finite and positive: was -1.0");
    assertThatThrownBy(() -> Occupation1d.gibbs(x -> x, 1, 1, 0))
        .hasMessage("high should be above low 1.0: was 0.0");
    assertThatThrownBy(() -> Occupation1d.gibbs(x -> Double.NaN, 1, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> Occupation1d.gibbs(x -> Double.POSITIVE_INFINITY, 1, 0, 1))
        .hasMessageContaining("density should be positive somewhere");
    assertThatThrownBy(() -> Occupation1d.powerLaw(x -> x * x, 3, -1, 1))
        .hasMessageStartingWith("loss should be finite and positive: was 0.0");
    // Not integrable at 0.1, where the loss vanishes between the nodes.
    assertThatThrownBy(() -> Occupation1d.powerLaw(x -> (x - 0.1) * (x - 0.1), 3, -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Occupation1d.gibbs(x -> x, 1, 0, 1).probability(1, 0))
        .hasMessage("to should not be below from 1.0: was 0.0");
    assertThatThrownBy(() -> Occupation1d.powerLawExponent(0, 1, 1))
        .hasMessage("learning rate should be finite and positive: was 0.0");
    assertThatThrownBy(() -> Occupation1d.gibbs(x -> x, 1, 0, 1).moment(-1))
        .hasMessage("order should be at least 0: was -1");
  }
}
