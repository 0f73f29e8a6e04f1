package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.numeric.SketchMath;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ContrastsTest {

  @RepeatedTest(50)
  void squaresAddUpToTheScatterAboutTheMean(RepetitionInfo info) {
    var random = new SplittableRandom(info.getCurrentRepetition());
    int m = random.nextInt(1, 9);
    int k = random.nextInt(1, 70);
    int[] b = new int[m];
    float[][] g = new float[m][k];
    for (int j = 0; j < m; j++) {
      b[j] = random.nextInt(1, 1 << random.nextInt(1, 20));
      for (int i = 0; i < k; i++) {
        g[j][i] = (float) (3 + random.nextGaussian());
      }
    }
    double[] mean = new double[k];
    for (int j = 0; j < m; j++) {
      for (int i = 0; i < k; i++) {
        mean[i] += (double) b[j] * g[j][i] / Draws.sum(b);
      }
    }
    double scatter = 0;
    for (int j = 0; j < m; j++) {
      for (int i = 0; i < k; i++) {
        scatter += b[j] * Math.pow(g[j][i] - mean[i], 2);
      }
    }

    Contrasts contrasts = Contrasts.of(g, b);

    assertThat(contrasts.rows()).hasNumberOfRows(m - 1);
    double squares = 0;
    for (float[] row : contrasts.rows()) {
      for (float x : row) {
        squares += (double) x * x;
      }
    }
    // Float arithmetic: some 2^-24 times the mean's size over the spread.
    assertThat(squares).isCloseTo(scatter, within(1e-5 * scatter));
    for (int i = 0; i < k; i++) {
      assertThat(contrasts.mean()[i]).isCloseTo((float) mean[i], within(1e-5f));
    }
  }

  @Test
  void isALinearMapWithOrthogonalRowsInTheMetricOfTheBatchSizes() {
    // e_j = Σ_i A_ji g_i. Independent g_i have covariance Σ/b_i: Cov(e_j, e_l) = Σ·Σ_i A_ji
    // A_li/b_i
    // has to be Σ for j = l, 0 else; and constant g have no contrast: Σ_i A_ji = 0.
    int[] b = {3, 1, 40, 7, 7};
    float[][] unit = new float[5][5];
    for (int i = 0; i < 5; i++) {
      unit[i][i] = 1;
    }
    float[][] a = Contrasts.of(unit, b).rows();
    for (int j = 0; j < 4; j++) {
      double sum = 0;
      for (int i = 0; i < 5; i++) {
        sum += a[j][i];
      }
      assertThat(sum).isCloseTo(0, within(1e-6));
      for (int l = 0; l < 4; l++) {
        double product = 0;
        for (int i = 0; i < 5; i++) {
          product += (double) a[j][i] * a[l][i] / b[i];
        }
        assertThat(product).isCloseTo(j == l ? 1 : 0, within(2e-6));
      }
    }
  }

  @Test
  void leavesItsInputAlone() {
    float[][] g = {{1, 2}, {3, 5}};
    Contrasts contrasts = Contrasts.of(g, new int[] {1, 1});
    assertThat(g).isDeepEqualTo(new float[][] {{1, 2}, {3, 5}});
    assertThat(contrasts.mean()).containsExactly(2, 3.5f);
  }

  @Test
  void theLargestBatchesDoNotOverflow() {
    int max = Integer.MAX_VALUE;
    Contrasts contrasts = Contrasts.of(new float[][] {{1}, {-1}, {0}}, new int[] {max, max, max});
    // √(max/2)·2 and √(2·max/3)·0
    assertThat(contrasts.rows()[0][0]).isCloseTo(65536f, within(1f));
    assertThat(contrasts.rows()[1][0]).isZero();
  }

  @Test
  void oneObjectForManyStepsOfAnyShapeIsAsGoodAsANewOneForEach() {
    SplittableRandom random = new SplittableRandom(7);
    Contrasts reused = new Contrasts(new SketchMath());
    for (int step = 0; step < 200; step++) {
      int m = random.nextInt(1, 5);
      float[][] g = new float[m][random.nextInt(10, 12)];
      int[] b = new int[m];
      for (int j = 0; j < m; j++) {
        b[j] = random.nextInt(1, 9);
        for (int i = 0; i < g[j].length; i++) {
          g[j][i] = (float) random.nextGaussian();
        }
      }
      reused.set(g, b);
      if (random.nextInt(4) == 0) {
        reused.release();
      }
      Contrasts fresh = Contrasts.of(g, b);
      assertThat(reused.rows()).isDeepEqualTo(fresh.rows());
      assertThat(reused.squares()).isEqualTo(fresh.squares());
      assertThat(reused.mean()).isEqualTo(fresh.mean());
    }
  }

  @Test
  void storageOfHundredsOfRanksIsNotKept() {
    int[] b = new int[200];
    Arrays.fill(b, 1);
    Contrasts contrasts = Contrasts.of(new float[200][1024], b);
    assertThat(contrasts.count()).isEqualTo(199);
    contrasts.release();
    assertThat(contrasts.count()).isZero();
  }
}
