package io.thermograd.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static @Nullable Double value(Pace pace) {
    QuantityList list = new QuantityList();
    pace.describe(list);
    Quantity q = list.quantities().get(QuantityName.STEPS_PER_SECOND.id());
    return q == null ? null : q.value();
  }

  @Test
  void isStepsOverSeconds() {
    Pace pace = new Pace();
    for (int t = 0; t < 100; t++) {
      pace.accept(10 * t, 1e9 + 4 * t);
    }
    assertThat(value(pace)).isCloseTo(2.5, within(1e-12));
  }

  @Test
  void forgetsAnOldPace() {
    Pace pace = new Pace();
    double time = 0;
    for (int t = 0; t < 1500; t++) {
      pace.accept(t, time);
      time += t < 750 ? 1 : 0.01;
    }
    // 15 half-lives of 100 steps a second after 1 a second: old seconds weigh 2^-15·100 of new.
    assertThat(value(pace)).isCloseTo(100, within(1.0));
  }

  @Test
  void survivesAClockThatIsSetBackOrAbsurd() {
    Pace pace = new Pace();
    pace.accept(0, -1e308);
    pace.accept(1, 1e308);
    pace.accept(2, 5);
    for (int t = 3; t < 2000; t++) {
      pace.accept(t, t == 1000 ? 10 : 5 + t);
    }
    assertThat(value(pace)).isCloseTo(1, within(0.01));
  }

  @Test
  void needsFiveStepsAndTwoTimes() {
    Pace pace = new Pace();
    for (int t = 0; t < 4; t++) {
      pace.accept(t, t);
      assertThat(value(pace)).isNull();
    }
    pace.accept(4, 4);
    assertThat(value(pace)).isEqualTo(1);
    Pace stopped = new Pace();
    for (int t = 0; t < 10; t++) {
      stopped.accept(t, 7);
    }
    assertThat(value(stopped)).isNull();
  }
}
