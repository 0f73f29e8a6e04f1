package io.thermograd.detect.basin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CellsTest {
  private static double[] cloud(int n, int d, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] y = new double[n * d];
    for (int i = 0; i < y.length; i++) {
      // Two clumps and equal points among them.
      y[i] = random.nextInt(4) == 0 ? 3 : random.nextGaussian();
    }
    return y;
  }

  private static double square(Cells cells, int p, int q) {
    double sum = 0;
    for (int i = 0; i < cells.d; i++) {
      double z = cells.y[p * cells.d + i] - cells.y[q * cells.d + i];
      sum += z * z;
    }
    return sum;
  }

  @Test
  void everyPointIsInTheCellOfItsNearestMicrostateAndWithinTheRadius() {
    for (int d = 1; d <= 3; d++) {
      Cells cells = new Cells(cloud(700, d, d), d);
      for (int p = 0; p < cells.n; p++) {
        int point = p;
        double least =
            IntStream.range(0, cells.count())
                .mapToDouble(c -> square(cells, point, cells.centre(c)))
                .min()
                .orElseThrow();
        assertThat(square(cells, p, cells.centre(cells.of(p)))).isEqualTo(least);
        assertThat(Math.sqrt(least)).isLessThanOrEqualTo(cells.radius());
      }
    }
  }

  @Test
  void neighboursAreThoseWithNoOtherInTheBallBetween() {
    for (int d = 1; d <= 3; d++) {
      Cells cells = new Cells(cloud(300, d, 10 + d), d);
      int m = cells.count();
      int[][] near = cells.gabriel();
      for (int a = 0; a < m; a++) {
        int from = a;
        int[] expected =
            IntStream.range(0, m)
                .filter(b -> b != from)
                .filter(
                    b ->
                        IntStream.range(0, m)
                            .filter(c -> c != from && c != b)
                            .noneMatch(
                                c ->
                                    square(cells, cells.centre(from), cells.centre(c))
                                            + square(cells, cells.centre(c), cells.centre(b))
                                        < square(cells, cells.centre(from), cells.centre(b))))
                .toArray();
        assertThat(near[a]).containsExactlyInAnyOrder(expected);
      }
    }
  }

  @Test
  void theNearestPointsAreThoseOfASearchThroughAll() {
    for (int d = 1; d <= 3; d++) {
      Cells cells = new Cells(cloud(900, d, 20 + d), d);
      for (int wanted : new int[] {1, 50, 900}) {
        Nearest nearest = new Nearest(cells, wanted);
        for (int c = 0; c < cells.count(); c++) {
          int centre = cells.centre(c);
          double[] squares =
              IntStream.range(0, cells.n).mapToDouble(p -> square(cells, p, centre)).toArray();
          double limit = Arrays.stream(squares).sorted().toArray()[wanted - 1];
          int[] expected = IntStream.range(0, cells.n).filter(p -> squares[p] <= limit).toArray();
          int taken = nearest.of(c);
          assertThat(Arrays.copyOf(nearest.points(), taken)).containsExactly(expected);
        }
      }
    }
  }
}
