package io.thermograd.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.proto.Event;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScenariosTest {
  /** Short: what a scenario is about mostly comes later, and has tests of its own. */
  private static final long STEPS = 60;

  static List<String> names() {
    return Scenarios.all().stream().map(Scenario::name).toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void isTheSameToTheByteForTheSameSeedAndReadersAcceptIt(String name) throws Exception {
    Recorded run = Recorded.of(name, 3, STEPS);
    assertThat(Recorded.of(name, 3, STEPS).digest()).isEqualTo(run.digest());
    assertThat(Recorded.of(name, 4, STEPS).digest()).isNotEqualTo(run.digest());
    for (Event event : run.events()) {
      assertThat(EventCodec.decode(EventCodec.encode(event))).isEqualTo(event);
    }
    Truth truth = run.truth();
    assertThat(truth.steps()).isEqualTo(STEPS);
    assertThat(truth.ending()).isEqualTo("completed");
    assertThat(truth.quantities()).isNotEmpty();
    assertThat(truth.moments()).allMatch(m -> m.step() < STEPS);
    assertThat(truth.regimes()).allMatch(span -> span.from() < span.to() && span.to() <= STEPS);
    for (Truth.Quantity quantity : truth.quantities()) {
      assertThat(quantity.values()).as(quantity.name()).isNotEmpty();
      assertThat(quantity.unit()).isNotBlank();
      assertThat(quantity.what()).isNotBlank();
    }
  }

  @Test
  void stopsWhenAskedAndSaysSo() throws Exception {
    List<Event> events = new ArrayList<>();
    Simulation simulation = Scenarios.named("double-well").orElseThrow().simulation(1);
    Truth truth = simulation.emit(events::add, Simulation.clock(), () -> events.size() > 10);
    assertThat(truth.ending()).isEqualTo("stopped");
    assertThat(truth.steps()).isEqualTo(10);
    assertThat(Recorded.of("double-well", 1, 10).events().subList(1, 11))
        .isEqualTo(events.subList(1, 11));
  }

  @Test
  void namesAreUniqueAndFitTheCommandLine() {
    assertThat(names()).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z0-9-]+"));
    assertThat(Scenarios.all()).allMatch(s -> s.description().length() <= 90);
    assertThat(Scenarios.named("nothing")).isEmpty();
  }

  @Test
  void namesBadSettings() {
    assertThatThrownBy(() -> new Setup(1, " ", 5))
        .hasMessage("run id should not be empty: was ' '");
    assertThatThrownBy(() -> new Setup(1, "x", 0)).hasMessage("steps should be at least 1: was 0");
  }
}
