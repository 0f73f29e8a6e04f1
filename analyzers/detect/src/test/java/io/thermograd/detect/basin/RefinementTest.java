package io.thermograd.detect.basin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RefinementTest {
  private static final int NEIGHBOURS = 42;

  private final SplittableRandom random = new SplittableRandom(1);

  /** (x² − 1)² + y²: minima of 0 at (±1, 0), a pass of 1 at the origin. */
  private static double wells(double x, double y) {
    return (x * x - 1) * (x * x - 1) + y * y;
  }

  /** Points by the density e^{−5U}: few on the pass, by rejection. */
  private double[] points(int n) {
    double[] y = new double[2 * n];
    for (int p = 0; p < n; ) {
      double x = 4 * random.nextDouble() - 2;
      double z = 4 * random.nextDouble() - 2;
      if (random.nextDouble() < Math.exp(-5 * wells(x, z))) {
        y[2 * p] = x;
        y[2 * p + 1] = z;
        p++;
      }
    }
    return y;
  }

  private double[] losses(double[] y, double noise) {
    double[] loss = new double[y.length / 2];
    for (int p = 0; p < loss.length; p++) {
      loss[p] = wells(y[2 * p], y[2 * p + 1]) + noise * random.nextGaussian();
    }
    return loss;
  }

  @Test
  void aPassMayBeHigherThanTheMicrostatesBesideIt() {
    Cells cells = new Cells(points(2_000), 2);
    double[] loss = losses(cells.y, 0);
    Refinement refinement = new Refinement(cells, loss, NEIGHBOURS);
    double[] at = new double[2];
    int near = 0;
    for (int c = 0; c < cells.count(); c++) {
      double x = cells.y[2 * cells.centre(c)];
      double z = cells.y[2 * cells.centre(c) + 1];
      double u = wells(x, z);
      if (Math.abs(x) < 0.3 && Math.abs(z) < 0.2 && u < 1) {
        near++;
        assertThat(refinement.find(c, 1, at, u))
            .as("from %.2f, %.2f", x, z)
            .isCloseTo(1, within(0.01));
        assertThat(Math.hypot(at[0], at[1])).isLessThan(0.05);
      }
    }
    assertThat(near).isGreaterThan(3);
  }

  @Test
  void aMinimumIsNoHigherThanAnyMicrostate() {
    Cells cells = new Cells(points(2_000), 2);
    double[] loss = losses(cells.y, 0);
    double[] at = new double[2];
    int cell = cells.nearest(new double[] {0.9, 0.1});
    double floor =
        new Refinement(cells, loss, NEIGHBOURS).find(cell, 0, at, loss[cells.centre(cell)]);
    assertThat(floor).isCloseTo(0, within(0.01));
    assertThat(at[0]).isCloseTo(1, within(0.02));
    assertThat(at[1]).isCloseTo(0, within(0.02));
  }

  @Test
  void fewPointsAreFittedByNoMoreThanTheyCarry() {
    Cells cells = new Cells(points(64), 2);
    double[] loss = losses(cells.y, 0.2);
    double[] at = new double[2];
    int cell = cells.nearest(new double[] {1, 0});
    assertThat(new Refinement(cells, loss, 30).find(cell, 0, at, 1)).isBetween(-0.5, 1.0);
  }

  @Test
  void coefficientsAreCounted() {
    assertThat(LocalFit.terms(1, 4)).isEqualTo(5);
    assertThat(LocalFit.terms(2, 2)).isEqualTo(Chart.terms(2));
    assertThat(LocalFit.terms(2, 4)).isEqualTo(15);
    assertThat(LocalFit.terms(3, 3)).isEqualTo(20);
    assertThat(LocalFit.terms(3, 4)).isEqualTo(35);
  }
}
