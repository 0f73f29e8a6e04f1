package io.thermograd.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.simulator.train.StepClock;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoRunTest {

  @ParameterizedTest
  @ValueSource(longs = {DemoRun.SEED, 2})
  void learnsThenDivergesAndItsHiddenUnitsDie(long seed) throws IOException {
    List<Event> events = new ArrayList<>();
    DemoRun.of(seed).emit(events::add, StepClock.synthetic(0, 100), () -> false);
    assertThat(events).hasSize(3602);
    List<StepEvent> steps = events.stream().filter(Event::hasStep).map(Event::getStep).toList();

    StepEvent trained = steps.get(2950);
    assertThat(trained.getTrackedOrThrow("validation_accuracy")).isGreaterThanOrEqualTo(0.96);
    double before = meanLoss(steps, 2900, 3000);
    assertThat(before).isLessThan(0.1);

    double peak =
        steps.subList(3000, 3010).stream().mapToDouble(StepEvent::getLoss).max().orElse(0);
    assertThat(peak).isGreaterThan(300 * before);

    // Dead: no gradient reaches the hidden layer, and biases alone cannot beat guessing by more
    // than their noise.
    StepEvent last = steps.get(3599);
    assertThat(last.getLayers(0).getGradNorm()).isZero();
    assertThat(last.getNonfiniteCount()).isZero();
    assertThat(meanLoss(steps, 3400, 3600)).isBetween(0.98 * Math.log(10), 3.5);
    assertThat(events.get(3601).getRunFinished().getStatus())
        .isEqualTo(RunFinished.Status.COMPLETED);
  }

  private static double meanLoss(List<StepEvent> steps, int from, int to) {
    return steps.subList(from, to).stream().mapToDouble(StepEvent::getLoss).average().orElse(0);
  }
}
