package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Expected values are from scipy 1.10.1 (linregress) and numpy 1.24.2 (polyfit). */
class FitsTest {
  private static final double[] X = {1, 2, 3, 4, 6, 8};
  private static final double[] Y = {2.1, 3.9, 6.2, 7.8, 12.3, 15.7};

  @Test
  void aLineHasStudentsIntervals() {
    Fits.Line line = Fits.line(X, Y);
    check(line.slope(), 1.9735294117647058, 1.8530287988292846, 2.094030024700127);
    check(line.intercept(), 0.10588235294117698, -0.4550174752093258, 0.6667821810916797);
    check(line.at(5), 9.973529411764705, 9.662398167026932, 10.284660656502478);
  }

  @Test
  void knownErrorsWeighThePoints() {
    Fits.Line line = Fits.line(X, Y, new double[] {.1, .2, .1, .3, .2, .5});
    assertThat(line.slopeValue()).isCloseTo(2.01545476, within(1e-8));
    assertThat(line.interceptValue()).isCloseTo(0.07967788, within(1e-8));
    assertThat(StrictMath.sqrt(line.slopeVariance())).isCloseTo(0.03758773, within(1e-8));
    assertThat(StrictMath.sqrt(line.interceptVariance())).isCloseTo(0.11388659, within(1e-8));
  }

  @Test
  void aPowerLawIsALineOfLogarithms() {
    Fits.Line line =
        Fits.powerLaw(new double[] {1, 2, 4, 8, 16}, new double[] {3, 2.2, 1.4, 1.05, .74});
    assertThat(line.slopeValue()).isCloseTo(-0.5105844845592399, within(1e-12));
    assertThat(line.interceptValue()).isCloseTo(1.1020657832276006, within(1e-12));
    assertThat(StrictMath.sqrt(line.slopeVariance())).isCloseTo(0.01899557365432276, within(1e-12));
  }

  @Test
  void farFromTheOriginNothingIsLost() {
    double[] far = Arrays.stream(X).map(x -> x + 1e6).toArray();
    assertThat(Fits.line(far, Y).slopeValue()).isCloseTo(1.9735294117647058, within(1e-8));
  }

  @Test
  void twoPointsGiveALineWithoutIntervals() {
    Measured slope = Fits.line(new double[] {1, 2}, new double[] {1, 3}).slope();
    assertThat(slope.value()).isCloseTo(2, within(1e-12));
    assertThat(slope.low()).isNaN();
    assertThat(slope.high()).isNaN();
  }

  @Test
  void whatIsNoLineIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fits.line(new double[] {1, 1}, new double[] {1, 3}))
        .withMessageContaining("distinct");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fits.line(new double[] {1, 2}, new double[] {1, Double.NaN}))
        .withMessage("points should be finite: had (2.0, NaN)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fits.powerLaw(new double[] {0, 2}, new double[] {1, 2}))
        .withMessage("x should be positive: had 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fits.line(new double[] {1, 2}, new double[] {1, 2, 3}));
  }

  private static void check(Measured measured, double value, double low, double high) {
    assertThat(measured.value()).isCloseTo(value, within(1e-10));
    assertThat(measured.low()).isCloseTo(low, within(1e-9));
    assertThat(measured.high()).isCloseTo(high, within(1e-9));
  }
}
