package io.thermograd.detect.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.detect.States;
import io.thermograd.detect.forecast.Predictive.Chance;
import io.thermograd.detect.forecast.Predictive.LogNormal;
import io.thermograd.detect.forecast.Predictive.Lomax;
import io.thermograd.detect.forecast.Predictive.Normal;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PredictiveTest {
  /** 5 and 95 % quantiles, log density and log survival at 7, by scipy 1.10. */
  @Test
  void agreesWithScipy() {
    agrees(
        new Normal(2, 3),
        -2.934560880854418,
        6.934560880854416,
        -3.406439710761671,
        -3.040931495152975);
    agrees(
        new LogNormal(1.5, 0.7),
        1.4170857316962042,
        14.173833293167059,
        -2.711067474066694,
        -1.3391905711459022);
    agrees(
        new Lomax(2.5, 40),
        0.8291697931655051,
        92.57816069359941,
        -3.3370272388262094,
        -0.40317036899030567);
  }

  private static void agrees(
      Predictive law, double low, double high, double density, double survival) {
    assertThat(law.quantile(0.05)).isCloseTo(low, within(1e-9 * Math.abs(low)));
    assertThat(law.quantile(0.95)).isCloseTo(high, within(1e-9 * high));
    assertThat(law.logDensity(7)).isCloseTo(density, within(1e-10));
    assertThat(law.logSurvival(7)).isCloseTo(survival, within(1e-10));
    assertThat(law.covers(low + 1e-6, 0.9)).isTrue();
    assertThat(law.covers(low - 1e-6, 0.9)).isFalse();
    assertThat(law.covers(high + 1e-6, 0.9)).isFalse();
  }

  @Test
  void whatCannotBeNegativeIsNotForecastToBe() {
    Predictive law = new Predictive.Clipped(new Normal(0.5, 1), 0);
    assertThat(law.quantile(0.05)).isZero();
    assertThat(law.quantile(0.95)).isEqualTo(new Normal(0.5, 1).quantile(0.95));
    assertThat(law.covers(0, 0.9)).isTrue();
    // log Φ(−½) by scipy 1.10; above the lowest it is the normal law.
    assertThat(law.logDensity(0)).isCloseTo(-1.1759117615936186, within(1e-9));
    assertThat(law.logDensity(2)).isEqualTo(new Normal(0.5, 1).logDensity(2));
    assertThat(law.logDensity(-1)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(law.logSurvival(-1)).isZero();
    assertThat(law.logSurvival(2)).isEqualTo(new Normal(0.5, 1).logSurvival(2));
  }

  @Test
  void farOutcomesHaveFiniteScores() {
    assertThat(new Normal(0, 1).logSurvival(35)).isCloseTo(-616.9751012619225, within(0.001));
    assertThat(new Normal(0, 1).logSurvival(1e6)).isFinite();
    assertThat(new Lomax(0.5, 1).logDensity(1e12)).isFinite();
  }

  @Test
  void aChanceHoldsTheOutcomesThatAreLikelyEnough() {
    assertThat(new Chance(0.95).covers(1, 0.9)).isTrue();
    assertThat(new Chance(0.95).covers(0, 0.9)).isFalse();
    assertThat(new Chance(0.5).covers(0, 0.9)).isTrue();
    assertThat(new Chance(0.2).logDensity(1)).isCloseTo(Math.log(0.2), within(1e-15));
    assertThat(new Chance(0.2).logDensity(0)).isCloseTo(Math.log(0.8), within(1e-15));
  }

  @Test
  void aWaitingTimeOutsideItsRangeIsImpossible() {
    assertThat(new LogNormal(0, 1).logDensity(0)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(new Lomax(1, 1).logDensity(-1)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(new Lomax(1, 1).logSurvival(-1)).isZero();
  }

  @Test
  void namesWhatIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Normal(0, 0))
        .withMessage("deviation should be finite and positive: was 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Lomax(Double.NaN, 1))
        .withMessage("shape should be finite and positive: was NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Chance(1.5))
        .withMessage("probability should be between 0 and 1: was 1.5");
  }

  @Test
  void isReadBackAsItWas() throws IOException {
    for (Predictive law :
        new Predictive[] {
          new Normal(1, 2),
          new LogNormal(3, 4),
          new Lomax(5, 6),
          new Chance(0.25),
          new Predictive.Clipped(new Normal(1, 2), -3)
        }) {
      byte[] bytes = States.bytes(law::writeTo);
      assertThat(Predictive.readFrom(new DataInputStream(new ByteArrayInputStream(bytes))))
          .isEqualTo(law);
    }
  }

  @Test
  void aQuantileBeyondTheLargestNumberIsThatNumber() {
    assertThat(new Predictive.LogNormal(600, 100).quantile(0.975)).isEqualTo(Double.MAX_VALUE);
  }
}
