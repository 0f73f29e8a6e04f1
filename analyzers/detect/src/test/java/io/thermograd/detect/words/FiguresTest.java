package io.thermograd.detect.words;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 3 | 0",
        "-0.0 | 3 | 0",
        "0.0123456 | 3 | 0.0123",
        "0.01 | 3 | 0.0100",
        "0.00012345 | 2 | 0.00012",
        "0.000099999 | 3 | 0.000100",
        "0.00001234 | 3 | 1.23×10⁻⁵",
        "6.32e-6 | 3 | 6.32×10⁻⁶",
        "290.4 | 2 | 290",
        "354.2 | 3 | 354",
        "999.96 | 3 | 1,000",
        "29013 | 2 | 29,000",
        "999999 | 3 | 1.00×10⁶",
        "1.3361649329470885E76 | 3 | 1.34×10⁷⁶",
        "-0.29 | 2 | −0.29",
        "-4.9e-324 | 2 | −4.9×10⁻³²⁴",
        "0.25 | 1 | 0.3",
        "NaN | 3 | NaN",
        "Infinity | 3 | ∞",
        "-Infinity | 3 | −∞",
      })
  void readsAsPeopleWriteIt(double x, int digits, String written) {
    assertThat(Figures.of(x, digits)).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.01312 | 0.0021 | 1 | 0.013 ± 0.002",
        "2.304 | 0.0123 | 1 | 2.30 ± 0.01",
        "0.0123 | 0.456 | 2 | 0.012 ± 0.46",
        "0.00061 | 0.00008 | 1 | 0.00061 ± 0.00008",
        "0.00061 | 0.00000008 | 1 | 0.00061000 ± 8×10⁻⁸",
        "314 | 96 | 1 | 310 ± 100",
        "16.000001 | 5.8e-9 | 2 | 16.0000 ± 5.8×10⁻⁹",
        "-0.00045 | 0.0024 | 2 | −0.00045 ± 0.0024",
        "0.5 | 0 | 2 | 0.500 ± 0",
        "0 | 0.1 | 2 | 0 ± 0.10",
        "NaN | 0.1 | 2 | NaN ± 0.10",
        "1 | Infinity | 2 | 1.00 ± ∞",
      })
  void aValueHasTheDigitsThatItsErrorLeaves(double x, double half, int digits, String written) {
    assertThat(Figures.measured(x, half, digits)).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0 | 0 steps", "1 | 1 step", "1.4 | 1 step", "2 | 2 steps", "1230.2 | 1,230 steps"})
  void oneStepIsNoSteps(double n, String written) {
    assertThat(Figures.steps(n)).isEqualTo(written);
  }
}
