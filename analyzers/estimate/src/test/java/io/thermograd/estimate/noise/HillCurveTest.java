package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HillCurveTest {
  private static final double[] SHARES = {0.01, 0.05, 0.1, 0.2, 0.5};
  private static final double[] HILL = {0.36, 0.31, 0.335, 0.34, 0.37};

  private static HillCurve.Reading read(HillCurve curve, double[] shares, double[] hill) {
    curve.clear();
    for (int i = 0; i < shares.length; i++) {
      curve.accept(shares[i], hill[i]);
    }
    return curve.read();
  }

  /** Generalized least squares with Cov = 1/max(s, t), numpy 1.24.2: solve(XᵀC⁻¹X, XᵀC⁻¹h). */
  @Test
  void isGeneralizedLeastSquares() {
    HillCurve.Reading slow = read(new HillCurve(true), SHARES, HILL);
    assertThat(slow.inverse()).isCloseTo(0.3184732427455557, within(1e-13));
    assertThat(slow.variance()).isCloseTo(57.26274883072856, within(1e-10));
    assertThat(slow.misfit()).isCloseTo(4.080622126959951e-05, within(1e-15));
    HillCurve.Reading fast = read(new HillCurve(false), SHARES, HILL);
    assertThat(fast.inverse()).isCloseTo(0.3207552653838019, within(1e-13));
    assertThat(fast.variance()).isCloseTo(29.096093210608124, within(1e-10));
    assertThat(fast.misfit()).isCloseTo(4.0710771312203175e-05, within(1e-15));
  }

  @Test
  void aCurveOfItsOwnFormIsReadExactly() {
    double[] hill = new double[SHARES.length];
    for (int i = 0; i < hill.length; i++) {
      double u = Math.pow(SHARES[i], 2.0 / 3);
      hill[i] = 0.25 - 0.1 * u + 0.3 * u * u;
    }
    HillCurve curve = new HillCurve(true);
    for (int again = 0; again < 2; again++) {
      HillCurve.Reading reading = read(curve, SHARES, hill);
      assertThat(reading.inverse()).isCloseTo(0.25, within(1e-14));
      // Rounding of Σw·h², which is 0.06.
      assertThat(reading.misfit()).isCloseTo(0, within(1e-16));
    }
  }

  @Test
  void knowsNothingOfTooFewShares() {
    HillCurve curve = new HillCurve(true);
    assertThat(curve.read().inverse()).isNaN();
    double[] same = {0.1, 0.2, 0.2, 0.2, 0.3};
    assertThat(read(curve, same, HILL).inverse()).as("three different ones").isNaN();
  }
}
