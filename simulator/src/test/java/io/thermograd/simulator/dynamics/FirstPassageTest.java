package io.thermograd.simulator.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.dynamics.FirstPassage.Passages;
import io.thermograd.simulator.dynamics.FirstPassage.Region;
import io.thermograd.simulator.landscape.QuarticBowl;
import org.junit.jupiter.api.Test;

class FirstPassageTest {
  private static final Region BEYOND_TEN = (x, replicas, r) -> x[r] >= 10;

  @Test
  void datesEntriesAtTheLookThatFindsThem() {
    // Replica r moves by r + 1 a step and is beyond 10 at step ⌈10/(r+1)⌉ = 10, 5, 4, 3.
    Passages all = FirstPassage.once(new March(4), BEYOND_TEN, 1, 100);
    assertThat(all.times()).containsExactly(3, 4, 5, 10);
    assertThat(all.exposure()).isEqualTo(22);
    assertThat(all.censored()).isZero();
    assertThat(FirstPassage.once(new March(4), BEYOND_TEN, 4, 100).times())
        .containsExactly(4, 4, 8, 12);
  }

  @Test
  void countsWhatIsCutOffAsExposure() {
    Passages cut = FirstPassage.once(new March(4), BEYOND_TEN, 3, 5);
    assertThat(cut.times()).containsExactly(3, 5, 5);
    assertThat(cut.exposure()).isEqualTo(4 * 3 + 3 * 2);
    assertThat(cut.censored()).isEqualTo(1);
    assertThat(cut.mean()).isEqualTo(6);
  }

  @Test
  void restartsWhoeverArrives() {
    March march = new March(4);
    Passages passages =
        FirstPassage.repeated(
            march, BEYOND_TEN, FirstPassage.restartAt(march, new double[] {0}), 1, 6, 100);
    // Arrivals: 3 (r3), 4 (r2), 5 (r1), 6 (r3), 8 (r2), 9 (r3).
    assertThat(passages.times()).containsExactly(3, 4, 5, 3, 4, 3);
    assertThat(passages.exposure()).isEqualTo(4 * 9);
  }

  @Test
  void exitsFromAnIntervalTakeAsLongAsDiffusionSays() {
    // Free diffusion leaves (−1, 1) after 1/(2T) on average. Looked at in steps of spread
    // s = √(2Th) the boundary is 0.5826·s further out. The bowl of stiffness 10⁻¹² is flat.
    double temperature = 0.5;
    double h = 0.01;
    int replicas = 20_000;
    LangevinEnsemble free =
        LangevinEnsemble.at(new QuarticBowl(1, 1e-12), temperature, h, new double[1], replicas, 5);
    Passages exits = FirstPassage.once(free, (x, n, r) -> Math.abs(x[r]) >= 1, 1, 100_000);
    double edge = 1 + 0.5826 * Math.sqrt(2 * temperature * h);
    double expected = edge * edge / (2 * temperature);
    // Var of the exit time is (2/3)·mean²; what is left of the correction is O(h).
    assertThat(exits.mean() * h).isCloseTo(expected, within(4.5 * 0.816 * expected / 141 + h));
    assertThat(exits.censored()).isZero();
  }

  @Test
  void ballsAreClosed() {
    Region ball = Region.ball(new double[] {1, 2}, 5);
    assertThat(ball.contains(new double[] {4, 4, 6, 6.1}, 2, 0)).isTrue();
    assertThat(ball.contains(new double[] {4, 4, 6, 6.1}, 2, 1)).isFalse();
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatThrownBy(() -> FirstPassage.once(new March(1), BEYOND_TEN, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps between looks should be at least 1: were 0");
    assertThatThrownBy(() -> Region.ball(new double[1], -1))
        .hasMessage("radius should be positive and finite: was -1.0");
  }

  /** Replica r moves by r + 1 a step. */
  private static final class March implements Ensemble {
    private final double[] x;
    private long steps;

    March(int replicas) {
      x = new double[replicas];
    }

    @Override
    public int dim() {
      return 1;
    }

    @Override
    public int replicas() {
      return x.length;
    }

    @Override
    public long steps() {
      return steps;
    }

    @Override
    public double[] positions() {
      return x;
    }

    @Override
    public void step() {
      steps++;
      for (int r = 0; r < x.length; r++) {
        x[r] += r + 1;
      }
    }
  }
}
