package io.thermograd.simulator.landscape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Critical points, barriers and basins beside those of scipy. */
class FixtureTest {
  private static final Map<String, BasinMap> MAPS = new ConcurrentHashMap<>();

  static List<LandscapeFixture> fixtures() {
    return LandscapeFixture.all();
  }

  private static BasinMap map(LandscapeFixture fixture) {
    return MAPS.computeIfAbsent(fixture.name, name -> BasinMap.of(Landscapes.named(name)));
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void findsTheSameCriticalPoints(LandscapeFixture fixture) {
    CriticalPoints found = map(fixture).critical();
    assertThat(found.points()).hasSameSizeAs(fixture.critical);
    for (LandscapeFixture.Critical expected : fixture.critical) {
      CriticalPoint point = nearest(found.points(), expected.at());
      // scipy's points carry rounding over the smallest eigenvalue, at most 0.15 here.
      assertThat(point.at()).containsExactly(expected.at(), within(1e-9));
      assertThat(point.value())
          .isCloseTo(expected.value(), within(1e-12 * (1 + Math.abs(expected.value()))));
      assertThat(point.eigenvalues())
          .containsExactly(
              expected.eigenvalues(), within(1e-9 * (1 + Vectors.norm(expected.eigenvalues()))));
      assertThat(point.index()).isEqualTo(expected.index());
      assertThat(point.degenerate()).isFalse();
    }
    assertThat(found.balanced()).isTrue();
    assertThat(found.unseen()).isLessThan(0.01);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void barriersAreThoseOfAFlood(LandscapeFixture fixture) {
    BasinMap map = map(fixture);
    List<LandscapeFixture.Critical> minima = fixture.minima();
    Box box = Landscapes.named(fixture.name).box();
    for (LandscapeFixture.Barrier barrier : fixture.barriers) {
      int from = number(map, minima.get(barrier.from()).at());
      int to = number(map, minima.get(barrier.to()).at());
      Pass pass = map.bottleneck(from, to).orElseThrow();
      double[] k = pass.saddle().eigenvalues();
      double step = box.diagonal() / 800;
      // A way along the grid misses the saddle by no more than a step.
      double tolerance = 0.5 * Math.max(-k[0], k[1]) * step * step;
      assertThat(map.barrier(from, to)).isCloseTo(barrier.rise(), within(tolerance));
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void flowsEndInTheSameMinima(LandscapeFixture fixture) {
    BasinMap map = map(fixture);
    List<LandscapeFixture.Critical> minima = fixture.minima();
    for (LandscapeFixture.Start start : fixture.starts) {
      assertThat(map.basinOf(start.at()))
          .as(Arrays.toString(start.at()))
          .isEqualTo(number(map, minima.get(start.minimum()).at()));
    }
  }

  private static int number(BasinMap map, double[] at) {
    return map.minima().indexOf(nearest(map.minima(), at));
  }

  private static CriticalPoint nearest(List<CriticalPoint> points, double[] at) {
    return points.stream()
        .min((a, b) -> Double.compare(Vectors.distance(a.at(), at), Vectors.distance(b.at(), at)))
        .orElseThrow();
  }
}
