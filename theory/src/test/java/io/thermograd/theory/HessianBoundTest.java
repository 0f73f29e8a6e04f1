package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against Hessians of small ReLU networks, by central differences of their gradients. */
class HessianBoundTest {

  @Test
  void oneHalfIsTheSharpConstantOfSoftmax() {
    assertThat(HessianBound.softmaxCurvature(new double[] {0.5, 0.5, 0}))
        .isCloseTo(HessianBound.SHARP, within(1e-15));
    Random random = new Random(1);
    double largest = 0;
    for (int round = 0; round < 2000; round++) {
      double[] p = new double[2 + random.nextInt(6)];
      double sum = 0;
      double temper = 10 * random.nextDouble();
      for (int k = 0; k < p.length; k++) {
        p[k] = Math.exp(temper * random.nextGaussian());
        sum += p[k];
      }
      for (int k = 0; k < p.length; k++) {
        p[k] /= sum;
      }
      largest = Math.max(largest, HessianBound.softmaxCurvature(p));
    }
    assertThat(largest).isBetween(0.49, 0.5 + 1e-15);
  }

  @Test
  void theBoundHoldsOnSmallNetworks() {
    Random random = new Random(2);
    int[][] shapes = {{3, 2}, {2, 3, 3}, {3, 4, 4, 3}, {2, 3, 3, 3, 2}};
    double tightest = 0;
    for (int round = 0; round < 120; round++) {
      int[] widths = shapes[round % shapes.length];
      ReluNet net = ReluNet.random(random, widths, Math.exp(1.5 * random.nextGaussian()));
      double norm = net.hessianNorm();
      double bound = HessianBound.whole(net.layerNorms(), net.inputNorm());
      assertThat(norm).isLessThanOrEqualTo(bound * (1 + 1e-6) + 1e-8);
      tightest = Math.max(tightest, norm / bound);
    }
    // It is not vacuous: some network comes within a factor of five.
    assertThat(tightest).isGreaterThan(0.2);
  }

  @Test
  void theBoundIsAttainedByTwoClassesWithoutPreference() {
    // One layer of zeros: H = (diag(½,½) − ¼) ⊗ xxᵀ.
    ReluNet net = new ReluNet(new int[] {3, 2}, new double[6], new double[] {1, -2, 0.5}, 0);
    double bound = HessianBound.whole(new double[] {0}, net.inputNorm());
    assertThat(net.hessianNorm()).isCloseTo(bound, within(1e-8));
    assertThat(bound).isCloseTo(0.5 * 5.25, within(1e-14));
    // What is in print says 0 there.
    assertThat(HessianBound.stated(new double[] {0}, net.inputNorm(), HessianBound.PUBLISHED))
        .isZero();
  }

  @Test
  void theStatedBoundCoversTheGaussNewtonPartFromNormOneOn() {
    Random random = new Random(3);
    for (int round = 0; round < 1000; round++) {
      double[] norms = random.doubles(1 + random.nextInt(6), 1, 4).toArray();
      double x = 10 * random.nextDouble();
      assertThat(HessianBound.stated(norms, x, HessianBound.SHARP))
          .isGreaterThanOrEqualTo(HessianBound.gaussNewton(norms, x));
    }
  }

  @Test
  void workedOutByHand() {
    // L = 2, norms 2 and 3, ‖x‖ = 5: 2·25·36 + (9 + 36); ½·25·(9 + 4); √2·5·1 more.
    double[] norms = {2, 3};
    assertThat(HessianBound.stated(norms, 5, 1)).isEqualTo(1845);
    assertThat(HessianBound.gaussNewton(norms, 5)).isEqualTo(162.5);
    assertThat(HessianBound.whole(norms, 5)).isCloseTo(162.5 + 5 * Math.sqrt(2), within(1e-13));
  }

  @Test
  void namesTheArgumentAndItsValue() {
    refused(() -> HessianBound.whole(new double[0], 1), "layers", "0");
    refused(() -> HessianBound.whole(new double[] {1, -1}, 1), "layer norms[1]", "-1.0");
    refused(() -> HessianBound.gaussNewton(new double[] {1}, -1), "input norm", "-1.0");
    refused(() -> HessianBound.stated(new double[] {1}, 1, 0), "constant", "0.0");
    refused(() -> HessianBound.softmaxCurvature(new double[] {0.5, 0.4}), "sum 1", "0.9");
  }

  private static void refused(Runnable call, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
