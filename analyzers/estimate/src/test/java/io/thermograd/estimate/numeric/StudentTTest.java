package io.thermograd.estimate.numeric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudentTTest {

  /** scipy 1.10.1: scipy.stats.t.ppf(0.975, df). */
  @ParameterizedTest
  @CsvSource({
    "1, 12.706204736432095",
    "2, 4.302652729911275",
    "3, 3.182446305284263",
    "5, 2.5705818366147395",
    "10, 2.2281388519649385",
    "19, 2.093024054408263",
    "30, 2.0422724563012373",
    "100, 1.9839715184496334",
    "200, 1.9718962236316089"
  })
  void tabled(double degrees, double expected) {
    assertThat(StudentT.quantile975(degrees)).isCloseTo(expected, within(1e-8));
    assertThat(StudentT.quantile975(degrees + 0.99)).isCloseTo(expected, within(1e-8));
  }

  /** scipy 1.10.1 as above. */
  @ParameterizedTest
  @CsvSource({
    "201, 1.9718365067776153",
    "250, 1.9694983934204002",
    "1000, 1.9623390808264074",
    "1e6, 1.9599663568141066",
    "1e300, 1.959963984540054"
  })
  void approximated(double degrees, double expected) {
    assertThat(StudentT.quantile975(degrees)).isCloseTo(expected, within(1e-4));
  }

  @Test
  void isWidestWhereNothingIsKnown() {
    assertThat(StudentT.quantile975(0.3)).isCloseTo(12.706204736432095, within(1e-8));
    assertThat(StudentT.quantile975(-1)).isCloseTo(12.706204736432095, within(1e-8));
    assertThat(StudentT.quantile975(Double.NaN)).isNaN();
  }
}
