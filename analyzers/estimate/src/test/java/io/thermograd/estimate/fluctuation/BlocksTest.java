package io.thermograd.estimate.fluctuation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class BlocksTest {

  /** Numbers its steps by ‖d‖², so that sums tell which steps a block holds. */
  private static void add(Blocks blocks, int from, int to) {
    for (int t = from; t < to; t++) {
      blocks.current().add(new double[] {1, 0}, new double[] {0, 1}, 0, t, 0);
      blocks.advance();
    }
  }

  @Test
  void blocksGrowAndThenTheOldestGoes() {
    Blocks blocks = new Blocks(2, 50);
    assertThat(blocks.longest()).isEqualTo(64);
    int steps = 0;
    for (; blocks.length() < 64; steps += 16) {
      add(blocks, steps, steps + 16);
    }
    assertThat(steps).isEqualTo(12 * 32);
    assertThat(blocks.count()).isEqualTo(6);
    add(blocks, steps, 64 * 20);
    assertThat(blocks.count()).isEqualTo(12);
    for (int i = 0; i < 12; i++) {
      int first = 64 * (8 + i);
      assertThat(blocks.get(i).steps()).isEqualTo(64);
      assertThat(blocks.get(i).trace(Moments.POSITION)).isEqualTo(first + 31.5);
      assertThat(blocks.get(i).along(Moments.POSITION, new double[] {1, 0})).isEqualTo(1);
    }
    assertThat(blocks.total().steps()).isEqualTo(12 * 64);
  }

  @Test
  void meansGoAlongWithTheDirections() {
    Moments m = new Moments(2);
    m.add(new double[] {1, 2}, new double[] {3, 5}, 13, 5, 0);
    m.add(new double[] {-1, 0}, new double[] {1, 1}, -1, 1, 0);
    double c = Math.cos(0.4);
    double s = Math.sin(0.4);
    double[] u = {0.6, 0.8};
    double[] turned = {c * u[0] - s * u[1], s * u[0] + c * u[1]};
    // ½[(0.6 + 1.6)(1.8 + 4) + (−0.6)(0.6 + 0.8)]
    assertThat(m.along(Moments.VIRIAL, u)).isCloseTo(5.96, within(1e-12));
    m.rotate(new double[][] {{c, -s}, {s, c}});
    assertThat(m.along(Moments.VIRIAL, turned)).isCloseTo(5.96, within(1e-12));
    // Only half of what lies along the first direction is kept, but its mean is.
    double before = m.along(Moments.POSITION, new double[] {1, 0});
    m.rotate(new double[][] {{Math.sqrt(0.5), 0}, {0, 1}});
    assertThat(m.along(Moments.POSITION, new double[] {1, 0})).isCloseTo(before, within(1e-12));
    assertThat(m.element(Moments.RETAINED, 0, 0)).isCloseTo(1, within(1e-12));
  }

  /** 21 of which 3 + 10 lie inside, 7 of which 1 + 4; eight directions outside. */
  @Test
  void crosstalkIsWhatLiesOutside() {
    Moments m = new Moments(2);
    m.add(new double[] {1, 2}, new double[] {3, 5}, 21, 7, 0);
    assertThat(m.crosstalk(Moments.VIRIAL, 10)).isEqualTo(1);
    assertThat(m.crosstalk(Moments.POSITION, 10)).isEqualTo(0.25);
    assertThat(m.crosstalk(Moments.POSITION, 0)).isZero();
  }
}
