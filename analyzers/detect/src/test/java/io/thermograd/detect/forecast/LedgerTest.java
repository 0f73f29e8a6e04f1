package io.thermograd.detect.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.detect.States;
import io.thermograd.wire.ForecastScore;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final Settings SETTINGS = new Settings(0.1, 32);
  private static final Predictive.Lomax WAIT = new Predictive.Lomax(1.5, 100);

  private static Entry entry(ForecastKind kind, long madeAt, long due, Predictive law) {
    return new Entry(kind, madeAt, due, law, SETTINGS, 1);
  }

  private static ForecastScore score(Ledger ledger, ForecastKind kind) {
    return Objects.requireNonNull(ledger.scores().get(kind.id()));
  }

  @Test
  void scoresWhenDueAndNotWhenKnown() {
    Ledger ledger = new Ledger();
    Entry entry = entry(ForecastKind.ESCAPE_STEPS, 10, 500, WAIT);
    ledger.add(entry);
    entry.resolve(90);
    ledger.settle(499);
    assertThat(ledger.scores()).isEmpty();
    ledger.settle(500);
    ForecastScore score = score(ledger, ForecastKind.ESCAPE_STEPS);
    assertThat(score.scored()).isEqualTo(1);
    assertThat(score.covered()).isEqualTo(1);
    assertThat(score.meanLogScore()).isCloseTo(WAIT.logDensity(90), within(1e-15));
    assertThat(ledger.forecasts()).isEmpty();
  }

  @Test
  void whatHasNotComeIsBeyondTheDueStep() {
    Ledger ledger = new Ledger();
    long late = (long) Math.ceil(WAIT.quantile(0.95));
    ledger.add(entry(ForecastKind.ESCAPE_STEPS, 0, late, WAIT));
    ledger.add(entry(ForecastKind.ESCAPE_STEPS, 0, 50, WAIT));
    ledger.settle(late);
    ForecastScore score = score(ledger, ForecastKind.ESCAPE_STEPS);
    // The second was cut off where the interval still held everything that could come.
    assertThat(score.scored()).isEqualTo(2);
    assertThat(score.covered()).isEqualTo(1);
    assertThat(2 * score.meanLogScore())
        .isCloseTo(WAIT.logSurvival(late) + WAIT.logSurvival(50), within(1e-12));
  }

  @Test
  void aNumberThatNeverCameMakesAForecastVoid() {
    Ledger ledger = new Ledger();
    ledger.add(entry(ForecastKind.LOSS, 0, 50, new Predictive.Normal(1, 1)));
    ledger.settle(60);
    assertThat(score(ledger, ForecastKind.LOSS))
        .isEqualTo(new ForecastScore(0, 0, 0.9, Double.NaN, 1));
  }

  @Test
  void countsWhatIsVoidAndWhatThereIsNoRoomFor() {
    Ledger ledger = new Ledger();
    for (int i = 0; i < Ledger.MOST + 3; i++) {
      ledger.add(entry(ForecastKind.ESCAPE_STEPS, i, 1_000 + i, WAIT));
    }
    assertThat(ledger.open(ForecastKind.ESCAPE_STEPS)).isEqualTo(Ledger.MOST);
    assertThat(ledger.refused(ForecastKind.ESCAPE_STEPS)).isEqualTo(3);
    ledger.voidIf(e -> e.madeAt() < 5);
    assertThat(ledger.voided(ForecastKind.ESCAPE_STEPS)).isEqualTo(5);
    assertThat(ledger.open(ForecastKind.ESCAPE_STEPS)).isEqualTo(Ledger.MOST - 5);
  }

  @Test
  void listsWhatIsOpenByWhenItIsDue() {
    Ledger ledger = new Ledger();
    ledger.add(entry(ForecastKind.ESCAPE_STEPS, 0, 900, WAIT));
    ledger.add(entry(ForecastKind.ESCAPE_PROBABILITY, 0, 300, new Predictive.Chance(0.3)));
    ledger.add(entry(ForecastKind.LOSS, 0, 100, new Predictive.Normal(1, 1)));
    assertThat(ledger.forecasts()).extracting(f -> f.due()).containsExactly(100L, 300L, 900L);
    assertThat(ledger.forecasts())
        .extracting(f -> f.expected().method())
        .containsExactly("normal", "posterior", "lomax");
  }

  @Test
  void aForecastIsDueAfterItIsMade() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> entry(ForecastKind.LOSS, 7, 7, WAIT))
        .withMessage("a forecast should be due after it is made: made at 7, due at 7");
  }

  @Test
  void goesOnAfterRestore() {
    Ledger ledger = new Ledger();
    ledger.add(entry(ForecastKind.LOSS, 0, 5, new Predictive.Normal(1, 1)));
    Entry known = entry(ForecastKind.ESCAPE_STEPS, 0, 900, WAIT);
    ledger.add(known);
    known.resolve(3);
    ledger.settle(6);
    Ledger copy = new Ledger();
    States.copy(ledger::writeTo, copy::readFrom);
    ledger.settle(900);
    copy.settle(900);
    assertThat(copy.scores()).isEqualTo(ledger.scores());
    assertThat(States.bytes(copy::writeTo)).isEqualTo(States.bytes(ledger::writeTo));
  }
}
