package io.thermograd.accuracy.jury;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.accuracy.jury.AlarmTally.Stretch;
import io.thermograd.accuracy.jury.Labels.Span;
import io.thermograd.wire.Regime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The jury's arithmetic on runs small enough to count by hand. */
class JuryTest {

  @Test
  void alarmsAreRightFalseOrNotJudged() {
    AlarmTally tally = new AlarmTally();
    // Two false ones (50 and 100 are one), one that is not judged, two of the divergence.
    tally.add(
        List.of(50L, 100L, 400L, 650L, 903L, 950L),
        List.of(new Stretch(900, 1_000)),
        List.of(new Stretch(600, 700)),
        1_000);
    tally.add(List.of(), List.of(new Stretch(0, 10)), List.of(), 10);
    assertThat(tally.recall()).isEqualTo("1/2");
    assertThat(tally.falseAlarms()).isEqualTo(2);
    assertThat(tally.quietSteps()).isEqualTo(800);
    assertThat(tally.delay()).isEqualTo("3");
    assertThat(tally.precision()).isEqualTo("0.33");
  }

  @Test
  void regimesAreJudgedOutsideTheMargin() {
    Labels labels =
        new Labels(
            "r",
            "k",
            1_000,
            10,
            List.of(
                new Span(Set.of(Regime.DESCENDING), 0, 400),
                new Span(Set.of(Regime.PLATEAU, Regime.STATIONARY), 500, 1_000)),
            List.of(),
            List.of());
    Testimony said = new Testimony();
    said.regime(0, Optional.of(Regime.WARMING_UP));
    said.regime(100, Optional.of(Regime.DESCENDING));
    said.regime(390, Optional.empty());
    said.regime(600, Optional.of(Regime.STATIONARY));
    RegimeScore score = new RegimeScore();
    score.add(labels, said);
    // 20..100 is warm-up, 100..380 right; 520..600 nothing said, 600..1000 right.
    assertThat(score.steps()).isEqualTo(280 + 480);
    assertThat(score.accuracy()).isEqualTo((280 + 400) / 760.0);
    assertThat(score.confusion())
        .isEqualTo("descending: descending 100.0; plateau|stationary: stationary 83.3, none 16.7");
    assertThat(said.first(150, Set.of(Regime.STATIONARY))).hasValue(600);
    assertThat(said.entries(Set.of(Regime.STATIONARY, Regime.PLATEAU))).containsExactly(600L);
  }
}
