package io.thermograd.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.StepEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetastableTest {

  @Test
  void visitsAreThoseOfTheParametersOnTheWire() throws IOException {
    Recorded run = Recorded.of("double-well", 2);
    Truth truth = run.truth();
    assertThat(truth.basins()).hasSize(2);
    boolean firstIsRight = truth.basins().get(0).position()[0] > 0;
    List<Truth.Visit> expected = new ArrayList<>();
    int side = -1;
    long crossed = 0;
    for (StepEvent step : run.steps()) {
      float[] x = Vectors.toFloats(step.getParamSketch());
      int now = x[0] > 0 == firstIsRight ? 0 : 1;
      if (now != side) {
        side = now;
        crossed = step.getStep();
      }
      boolean elsewhere = expected.isEmpty() || expected.get(expected.size() - 1).basin() != now;
      // The barrier is 1 high: half of it is the core's border.
      if (elsewhere && step.getLoss() < 0.5) {
        expected.add(new Truth.Visit(now, crossed, step.getStep()));
      }
    }
    assertThat(truth.visits()).isEqualTo(expected);
    assertThat(expected).hasSizeBetween(8, 60);
  }

  @Test
  void escapesTakeAsLongAsTheySayOnAverage() throws IOException {
    long hops = 0;
    long steps = 0;
    double predicted = 0;
    for (long seed = 1; seed <= 5; seed++) {
      Truth truth = Recorded.of("double-well", seed).truth();
      hops += truth.visits().size() - 1;
      steps += truth.steps();
      predicted = truth.passages().get(0).escapeSteps();
    }
    // Eyring–Kramers at ΔU/T = 3.3 and ηκ = 0.16 is off by some tens of per cent; 100 hops have a
    // standard error of 10 %.
    assertThat((double) steps / hops).isBetween(0.6 * predicted, 1.4 * predicted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"himmelblau", "three-humps", "muller-brown"})
  void everyBasinIsVisited(String name) throws IOException {
    Truth truth = Recorded.of(name, 1).truth();
    assertThat(truth.visits().stream().map(Truth.Visit::basin).distinct())
        .hasSize(truth.basins().size());
    assertThat(truth.visits()).allMatch(visit -> visit.crossed() <= visit.entered());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2}) // 1 to 10 when it was written
  void trappedRunsStayInTheWorseBasin(long seed) throws IOException {
    Truth truth = Recorded.of("trapped", seed).truth();
    assertThat(truth.visits()).extracting(Truth.Visit::basin).containsExactly(1);
    assertThat(truth.basins().get(0).loss()).isLessThan(truth.basins().get(1).loss());
    assertThat(truth.moment("trapped_from").step()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1}) // 1 to 10 when it was written
  void annealingFreezes(long seed) throws IOException {
    Truth truth = Recorded.of("annealing", seed).truth();
    long frozen = truth.moment("frozen_from").step();
    assertThat(frozen).isBetween(5_000L, 15_000L);
    assertThat(truth.visits().stream().filter(visit -> visit.crossed() > frozen)).isEmpty();
    assertThat(truth.visits()).hasSizeGreaterThan(10);
  }
}
