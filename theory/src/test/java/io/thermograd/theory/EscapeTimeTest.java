package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class EscapeTimeTest {
  private static final String FIXTURE = "scalar-fixture.txt";

  /** Minima at ±1 with U″ = 8, a barrier of 1 at 0 with U″ = −4. */
  private static final DoubleUnaryOperator DOUBLE_WELL = x -> (x * x - 1) * (x * x - 1);

  @Test
  void theDoubleWellHasTheValuesWorkedOutByHand() {
    double prefactor =
        EscapeTime.prefactor(new double[][] {{8, 0}, {0, 2}}, new double[][] {{-4, 0}, {0, 2}});
    assertThat(prefactor).isCloseTo(2 * Math.PI / Math.sqrt(32), within(1e-14));
    assertThat(prefactor).isCloseTo(1.11, within(1e-3));
    assertThat(EscapeTime.kramers(8, 4, 1, 0.2)).isCloseTo(1.1107 * Math.exp(5), within(0.01));
    // Turning the coordinates changes nothing.
    double c = Math.cos(0.7);
    double s = Math.sin(0.7);
    double[][] minimum = {{8 * c * c + 2 * s * s, 6 * c * s}, {6 * c * s, 8 * s * s + 2 * c * c}};
    double[][] saddle = {
      {-4 * c * c + 2 * s * s, -6 * c * s}, {-6 * c * s, -4 * s * s + 2 * c * c}
    };
    assertThat(EscapeTime.prefactor(minimum, saddle)).isCloseTo(prefactor, within(1e-14));
    assertThat(EscapeTime.eyringKramers(minimum, saddle, 1, 0.5))
        .isCloseTo(prefactor * Math.exp(2), within(1e-12));
  }

  @Test
  void oneDimensionIsASpecialCase() {
    assertThat(EscapeTime.eyringKramers(new double[][] {{3}}, new double[][] {{-0.5}}, 0.7, 0.1))
        .isCloseTo(EscapeTime.kramers(3, 0.5, 0.7, 0.1), within(1e-10));
  }

  @Test
  void sharperMinimaEscapeFasterAtEqualBarriers() {
    double[][] saddle = {{-1, 0}, {0, 3}};
    double flat = EscapeTime.prefactor(new double[][] {{1, 0}, {0, 1}}, saddle);
    double sharp = EscapeTime.prefactor(new double[][] {{4, 0}, {0, 4}}, saddle);
    // Rate ∝ √det H.
    assertThat(flat / sharp).isCloseTo(4, within(1e-14));
  }

  @Test
  void theExactTimeAgreesWithScipy() {
    for (double[] row : Fixture.rows(FIXTURE, "passage")) {
      double time = FirstPassage.meanTime(DOUBLE_WELL, row[0], row[1], row[2], row[3]);
      assertThat(time / row[4]).isCloseTo(1, within(1e-8));
      double mirrored = FirstPassage.meanTime(DOUBLE_WELL, row[0], -row[1], -row[2], -row[3]);
      assertThat(mirrored).isEqualTo(time);
    }
  }

  @Test
  void withoutForceTheExactTimeIsAParabola() {
    // (b − x)(b + x − 2r)/(2T).
    assertThat(FirstPassage.meanTime(x -> 7, 0.3, -1, 0.5, 2))
        .isCloseTo(1.5 * 4.5 / 0.6, within(1e-11));
  }

  @Test
  void upASlopeTheExactTimeIsAnExponential() {
    // U = x from a wall at 0 to b: T(e^{b/T} − 1) − b.
    assertThat(FirstPassage.meanTime(x -> x, 0.25, 0, 0, 2))
        .isCloseTo(0.25 * (Math.exp(8) - 1) - 2, within(1e-8));
  }

  @Test
  void theAsymptoticTimeErrsByOrderOfTheTemperature() {
    // The error over T settles: Kramers' formula is the leading order.
    double previous = Double.NaN;
    for (double t : new double[] {0.04, 0.02, 0.01}) {
      double exact = FirstPassage.meanTime(DOUBLE_WELL, t, -3, -1, 1);
      double error = exact / EscapeTime.kramers(8, 4, 1, t) - 1;
      assertThat(Math.abs(error)).isLessThan(t);
      if (!Double.isNaN(previous)) {
        assertThat(error / previous).isCloseTo(0.5, within(0.03));
      }
      previous = error;
      double half = FirstPassage.meanTime(DOUBLE_WELL, t, -3, -1, 0);
      assertThat(half / EscapeTime.toReachSaddle(exact)).isCloseTo(1, within(1e-3));
    }
  }

  @Test
  void strongFrictionIsOverdampedAndWeakFrictionCannotHelp() {
    double overdamped = EscapeTime.rate(EscapeTime.kramers(8, 4, 1, 0.1));
    double gamma = 1e5;
    assertThat(gamma * UnderdampedEscape.rate(8, 4, gamma, 1, 0.1) / overdamped)
        .isCloseTo(1, within(1e-8));
    double transitionState = Math.sqrt(8) / (2 * Math.PI) * Math.exp(-10);
    assertThat(UnderdampedEscape.rate(8, 4, 1e-9, 1, 0.1) / transitionState)
        .isCloseTo(1, within(1e-9));
    // Between, the rate has a maximum below it.
    double action = 4 * Math.sqrt(2) / 3; // 2∫√(2(1 − U)) over a well
    double weak = UnderdampedEscape.turnover(8, 4, 1e-4, 1, 0.1, action);
    double middle = UnderdampedEscape.turnover(8, 4, 0.5, 1, 0.1, action);
    double strong = UnderdampedEscape.turnover(8, 4, 1e3, 1, 0.1, action);
    assertThat(middle).isGreaterThan(weak).isGreaterThan(strong).isLessThan(transitionState);
    // Weak: rate ≈ (γS/T)·ω/(2π)·e^{−ΔU/T}, and half of it when the other well sends half back.
    assertThat(weak / transitionState / (1e-4 * action / 0.1)).isCloseTo(1, within(0.05));
    double both = UnderdampedEscape.turnover(8, 4, 1e-4, 1, 0.1, action, action);
    assertThat(both / weak).isCloseTo(0.5, within(0.02));
  }

  @Test
  void depopulationAgreesWithScipy() {
    for (double[] row : Fixture.rows(FIXTURE, "depopulation")) {
      assertThat(UnderdampedEscape.depopulation(row[0]) / row[1]).isCloseTo(1, within(1e-8));
    }
  }

  @Test
  void exitsAreExponential() {
    assertThat(EscapeTime.rate(4)).isEqualTo(0.25);
    assertThat(EscapeTime.probabilityWithin(0.25, 8)).isCloseTo(1 - Math.exp(-2), within(1e-15));
    assertThat(EscapeTime.probabilityWithin(0, 8)).isZero();
    double bound = EscapeTime.zeroEventBound(50);
    assertThat(bound).isEqualTo(0.06);
    // At the bound, no event in that time has a probability just below 5 %.
    assertThat(1 - EscapeTime.probabilityWithin(bound, 50)).isBetween(0.049, 0.05);
  }

  @Test
  void namesTheArgumentAndItsValue() {
    double[][] one = {{1}};
    refused(() -> EscapeTime.kramers(0, 1, 1, 1), "well curvature", "0.0");
    refused(() -> EscapeTime.kramers(1, -1, 1, 1), "saddle curvature", "-1.0");
    refused(() -> EscapeTime.kramers(1, 1, -1, 1), "barrier", "-1.0");
    refused(() -> EscapeTime.kramers(1, 1, 1, -0.5), "temperature", "-0.5");
    refused(() -> EscapeTime.prefactor(one, one), "saddle", "one negative", "1.0");
    refused(
        () ->
            EscapeTime.prefactor(
                new double[][] {{1, 0}, {0, 1}}, new double[][] {{-2, 0}, {0, -3}}),
        "eigenvalue 1 was -2.0");
    refused(() -> EscapeTime.prefactor(new double[][] {{1, 0}, {0, 1}}, one), "2", "1");
    refused(() -> EscapeTime.prefactor(new double[][] {{-1}}, one), "minimum", "-1.0");
    refused(() -> FirstPassage.meanTime(x -> x, 0, 0, 1, 2), "temperature", "0.0");
    refused(() -> FirstPassage.meanTime(x -> x, 1, 0, 3, 2), "start", "3.0");
    refused(() -> FirstPassage.meanTime(x -> Double.NaN, 1, 0, 1, 2), "potential", "NaN");
    refused(() -> UnderdampedEscape.rate(1, 1, 0, 1, 1), "friction", "0.0");
    refused(() -> EscapeTime.zeroEventBound(0), "time", "0.0");
  }

  private static void refused(Runnable call, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
