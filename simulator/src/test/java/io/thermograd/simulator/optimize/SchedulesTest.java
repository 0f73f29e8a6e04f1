package io.thermograd.simulator.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What PyTorch has no scheduler for, and the ends of those it has. */
class SchedulesTest {

  @Test
  void aChangeMultipliesFromItsStepOn() {
    LearningRate rate = LearningRate.constant(0.5).times(4, 10).times(0.25, 20);
    assertThat(LongStream.of(0, 9, 10, 19, 20).mapToDouble(rate::at))
        .containsExactly(0.5, 0.5, 2.0, 2.0, 0.5);
  }

  @Test
  void aCosineStaysWhereItEnds() {
    LearningRate rate = LearningRate.cosine(0.5, 0.125, 100);
    assertThat(rate.at(50)).isCloseTo(0.3125, within(1e-15));
    assertThat(rate.at(100)).isEqualTo(0.125);
    assertThat(rate.at(1_000_000)).isEqualTo(0.125);
  }

  @Test
  void restartsBeginAfterEachDoubledCycle() {
    LearningRate rate = LearningRate.warmRestarts(0.5, 0, 10, 2);
    for (long step : new long[] {0, 10, 30, 70, 150, 10 * ((1L << 40) - 1)}) {
      assertThat(rate.at(step)).as("step %d", step).isEqualTo(0.5);
    }
    assertThat(rate.at(29)).isCloseTo(0.25 * (1 + Math.cos(Math.PI * 0.95)), within(1e-15));
  }

  @Test
  void theInverseLogarithmFallsForEver() {
    LearningRate rate = LearningRate.inverseLog(0.3, Math.E);
    assertThat(rate.at(0)).isCloseTo(0.3, within(1e-15));
    // log(10⁶ + e) = 13.815513…
    assertThat(rate.at(1_000_000)).isCloseTo(0.3 / 13.8155132762, within(1e-11));
  }

  @Test
  void batchesGrowByTheFactorUpToTheMost() {
    BatchSizeSchedule growth = BatchSizeSchedule.growth(3, 1.5, 10, 20);
    assertThat(LongStream.of(0, 9, 10, 20, 30, 40, 50, 1_000_000_000).mapToObj(growth::at))
        .containsExactly(3, 3, 4, 7, 10, 15, 20, 20); // 4.5 goes to the even 4
    assertThat(growth.largest()).isEqualTo(20);
    BatchSizeSchedule change = BatchSizeSchedule.change(64, 16, 5);
    assertThat(LongStream.of(0, 4, 5).mapToObj(change::at)).containsExactly(64, 64, 16);
    assertThat(change.largest()).isEqualTo(64);
  }

  @Test
  void namesBadSettings() {
    assertThatThrownBy(() -> LearningRate.constant(0))
        .hasMessage("learning rate should be positive and finite: was 0.0");
    assertThatThrownBy(() -> LearningRate.constant(1).times(Double.NaN, 1))
        .hasMessage("learning rate factor should be positive and finite: was NaN");
    assertThatThrownBy(() -> LearningRate.cosine(0.1, 0.2, 10))
        .hasMessage("final learning rate should be in [0, 0.1]: was 0.2");
    assertThatThrownBy(() -> LearningRate.inverseLog(1, 1))
        .hasMessage("offset should be above 1, where the logarithm is positive: was 1.0");
    assertThatThrownBy(() -> BatchSizeSchedule.constant(0))
        .hasMessage("batch size should be at least 1: was 0");
    assertThatThrownBy(() -> BatchSizeSchedule.growth(8, 2, 10, 4))
        .hasMessage("largest batch size should be at least 8: was 4");
    assertThatThrownBy(() -> BatchSizeSchedule.growth(8, 0.5, 10, 40))
        .hasMessage("batch size factor should be at least 1 and finite: was 0.5");
  }
}
