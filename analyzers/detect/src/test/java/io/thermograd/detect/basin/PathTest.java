package io.thermograd.detect.basin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Basins 2 and 3 were one until now, known as 2; changes between it and basin 1 were seen to the
 * step, of the rest every eighth step is kept.
 */
class PathTest {
  private static final int EVERY = 8;
  private static final int POINTS = 60;
  private static final Temperature HEAT = new Temperature(1, 1, 1);
  private static final List<BasinChange> EXACT =
      List.of(new BasinChange(1, 2, 99, 101, true), new BasinChange(2, 1, 290, 301, true));

  /**
   * @param place of a step, by the new chart
   */
  private static List<String> way(IntUnaryOperator place) {
    Trail trail = new Trail(1);
    int[] places = new int[POINTS];
    for (int p = 0; p < POINTS; p++) {
      trail.keep(new double[1], 0, (long) p * EVERY, p * EVERY, HEAT);
      places[p] = place.applyAsInt(p * EVERY);
      trail.setBasin(p, p < 6 || p * EVERY >= 101 && p * EVERY < 301 ? 2 : 1);
    }
    return new Path(trail, 3, places)
        .ledger(EXACT, 2).changes().stream()
            .map(c -> c.from() + ">" + c.to() + "@" + c.entered())
            .toList();
  }

  @Test
  void aStayInWhatWasTakenForAnotherIsGivenToIt() {
    // The first kept step of basin 3 is 104; where basin 1 was entered is known to the step.
    assertThat(way(s -> s < 101 || s >= 301 ? 1 : 3)).containsExactly("1>3@104", "3>1@301");
  }

  @Test
  void passagesWithinAStayAreAddedToIt() {
    assertThat(way(s -> s < 101 || s >= 301 ? 1 : s < 160 || s >= 240 ? 2 : 3))
        .containsExactly("1>2@101", "2>3@160", "3>2@240", "2>1@301");
  }

  @Test
  void whatWasRightStaysAsItIs() {
    assertThat(way(s -> s < 101 || s >= 301 ? 1 : 2)).containsExactly("1>2@101", "2>1@301");
  }

  @Test
  void aStayThatNoPointTellsOfIsKept() {
    // Between two kept steps there may have been one.
    assertThat(way(s -> s < 101 || s >= 301 ? 1 : 0)).containsExactly("1>2@101", "2>1@301");
  }

  @Test
  void aStayThatNoPointSawInACoreIsGivenToTheSideItWasOn() {
    // Its core was seen before the first change that is known to the step.
    assertThat(way(s -> s < 48 ? 3 : s < 101 || s >= 301 ? 1 : -3))
        .containsExactly("3>1@48", "1>3@101", "3>1@301");
    assertThat(way(s -> s < 48 ? 3 : s < 101 || s >= 301 ? 1 : -2))
        .containsExactly("3>1@48", "1>2@101", "2>1@301");
  }

  @Test
  void aPointThatIsStillOnTheOldSideTellsNothingOfTheNewBasin() {
    assertThat(way(s -> s < 48 ? 3 : s < 101 || s >= 301 ? 1 : s < 160 ? -1 : -3))
        .containsExactly("3>1@48", "1>3@101", "3>1@301");
  }
}
