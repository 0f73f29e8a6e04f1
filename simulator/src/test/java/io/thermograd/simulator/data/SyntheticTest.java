package io.thermograd.simulator.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntUnaryOperator;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

class SyntheticTest {

  @Test
  void everythingFollowsFromTheSeed() {
    GaussianDesign design = new GaussianDesign(new double[][] {{1}}, new double[] {2});
    LongFunction<Object[]> all =
        seed ->
            new Object[] {
              Synthetic.blobs(50, 3, 4, 2, seed),
              Synthetic.spirals(50, 0.1, seed),
              Synthetic.teacher(50, 3, 5, 4, seed),
              design.classification(50, seed),
              new LabelNoise(0.3).flip(Wine.load(), seed)
            };
    assertThat(all.apply(3)).isEqualTo(all.apply(3));
    for (int i = 0; i < 5; i++) {
      assertThat(all.apply(3)[i]).isNotEqualTo(all.apply(4)[i]);
    }
    assertThat(design.regression(3, 1, 3).target(2))
        .isEqualTo(design.regression(3, 1, 3).target(2));
  }

  @Test
  void blobsHaveVarianceOneAroundTheirCentres() {
    int n = 6_000;
    Dataset blobs = Synthetic.blobs(n, 2, 3, 10, 1);
    for (int k = 0; k < 3; k++) {
      double[] moments = moments(blobs, k);
      assertThat(moments[0]).isEqualTo(2_000);
      // Pooled variance of 2 × 2000 values: relative sd √(2/4000) = 2.2 %; 4.5 of them.
      assertThat(moments[1]).isCloseTo(1, within(0.1));
    }
  }

  @Test
  void spiralsLieOnTheirCurve() {
    Dataset spirals = Synthetic.spirals(200, 0, 2);
    float[] x = new float[2];
    for (int i = 0; i < spirals.size(); i++) {
      spirals.copyInput(i, x, 0);
      double radius = Math.hypot(x[0], x[1]);
      double turn = Math.atan2(x[1], x[0]) - 3 * Math.PI * radius - Math.PI * spirals.label(i);
      // float32 coordinates: 6·10⁻⁸ over a radius that may be small.
      assertThat(Math.cos(turn)).isCloseTo(1, within(1e-6));
      assertThat(radius).isLessThan(1.0001);
    }
  }

  @Test
  void teacherUsesSeveralClasses() {
    Dataset data = Synthetic.teacher(500, 10, 8, 3, 1);
    assertThat(moments(data, 0)[0] + moments(data, 1)[0] + moments(data, 2)[0]).isEqualTo(500);
    assertThat(moments(data, data.label(0))[0]).isLessThan(500);
  }

  @Test
  void designHasItsCovarianceAndItsNoise() {
    double[][] c = {{4, 1.2}, {1.2, 1}};
    int n = 50_000;
    RegressionData data = new GaussianDesign(c, new double[] {1, 3}).regression(n, 0.5, 7);
    double[] x = new double[2];
    double[] sums = new double[4];
    for (int i = 0; i < n; i++) {
      data.copyInput(i, x, 0);
      double residual = data.target(i) - x[0] - 3 * x[1];
      sums[0] += x[0] * x[0] / n;
      sums[1] += x[0] * x[1] / n;
      sums[2] += x[1] * x[1] / n;
      sums[3] += residual * residual / n;
    }
    // Relative sd of a variance √(2/n) = 0.63 %; 4.5 of them.
    assertThat(sums[0]).isCloseTo(4, within(0.03 * 4));
    assertThat(sums[1]).isCloseTo(1.2, within(0.03 * 2));
    assertThat(sums[2]).isCloseTo(1, within(0.03));
    assertThat(sums[3]).isCloseTo(0.25, within(0.03 * 0.25));
  }

  @Test
  void flipsExactlyTheFractionAndDrawsFreshLabelsAtThatRate() {
    Dataset wine = Wine.load();
    Dataset flipped = new LabelNoise(0.25).flip(wine, 5);
    int wrong = 0;
    for (int i = 0; i < wine.size(); i++) {
      wrong += flipped.label(i) == wine.label(i) ? 0 : 1;
    }
    assertThat(wrong).isEqualTo(45); // 44.5 rounded
    IntUnaryOperator fresh = new LabelNoise(0.25).fresh(wine, 5);
    int[] drawn = new int[3];
    for (int t = 0; t < 8_000; t++) {
      drawn[fresh.applyAsInt(0)]++;
    }
    // Binomial: sd √(8000·¾·¼) = 39, and √(8000·⅛·⅞) = 30 for each wrong class; 4.5 of them.
    assertThat(drawn[0]).isBetween(6_000 - 175, 6_000 + 175);
    assertThat(drawn[1]).isBetween(1_000 - 135, 1_000 + 135);
  }

  @Test
  void namesBadArguments() {
    assertThatThrownBy(() -> Synthetic.blobs(-1, 2, 2, 1, 1))
        .hasMessage("n should be at least 0: was -1");
    assertThatThrownBy(() -> Synthetic.spirals(1, Double.NaN, 1))
        .hasMessage("noise should be finite and not negative: was NaN");
    assertThatThrownBy(() -> new LabelNoise(1.5))
        .hasMessage("fraction should be in [0, 1]: was 1.5");
    assertThatThrownBy(
            () -> new GaussianDesign(new double[][] {{1, 2}, {2, 1}}, new double[] {1, 1}))
        .hasMessage("covariance should be positive definite: was [[1.0, 2.0], [2.0, 1.0]]");
  }

  /** Number of examples of the class, and their mean square distance from their mean per axis. */
  private static double[] moments(Dataset data, int label) {
    int d = data.features();
    double[] sum = new double[d];
    double squares = 0;
    int count = 0;
    float[] x = new float[d];
    for (int i = 0; i < data.size(); i++) {
      if (data.label(i) == label) {
        data.copyInput(i, x, 0);
        count++;
        for (int j = 0; j < d; j++) {
          sum[j] += x[j];
          squares += (double) x[j] * x[j];
        }
      }
    }
    for (double s : sum) {
      squares -= s * s / count;
    }
    return new double[] {count, squares / count / d};
  }
}
