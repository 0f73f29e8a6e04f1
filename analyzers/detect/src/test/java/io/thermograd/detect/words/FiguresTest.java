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
}
