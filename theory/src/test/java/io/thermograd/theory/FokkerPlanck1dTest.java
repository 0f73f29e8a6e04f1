package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FokkerPlanck1dTest {
  private static final double[] WELL_SIZES = {1e-4, 1, 250};

  private static double doubleWell(double x) {
    return (x * x - 1) * (x * x - 1);
  }

  private static JumpProcess ornsteinUhlenbeck(GridAxis axis, double curvature, double t) {
    return FokkerPlanck1d.additive(axis, x -> 0.5 * curvature * x * x, t);
  }

  @Test
  void ornsteinUhlenbeckRelaxesAtMultiplesOfItsCurvature() {
    double curvature = 1.7;
    double temperature = 0.4;
    double sd = Math.sqrt(temperature / curvature);
    GridAxis axis = new GridAxis(-9 * sd, 9 * sd, 600);
    double[] rates = ornsteinUhlenbeck(axis, curvature, temperature).slowModes(5).rates();
    for (int n = 1; n <= 5; n++) {
      // h = 0.03 sd: relative error of order n(h/sd)²/6.
      assertThat(rates[n - 1]).isCloseTo(n * curvature, within(2e-4 * n * n * curvature));
    }
  }

  @Test
  void ornsteinUhlenbeckModesAreHermitePolynomials() {
    GridAxis axis = new GridAxis(-9, 9, 900);
    JumpProcess process = ornsteinUhlenbeck(axis, 1, 1);
    RelaxationModes modes = process.slowModes(2);
    double sign1 = Math.signum(modes.functions()[0][axis.cell(1)]);
    double sign2 = Math.signum(modes.functions()[1][axis.cell(0)]);
    for (double x : new double[] {-2, -0.5, 0.3, 1.9}) {
      double centre = axis.centre(axis.cell(x));
      assertThat(sign1 * modes.functions()[0][axis.cell(x)]).isCloseTo(centre, within(1e-3));
      assertThat(-sign2 * modes.functions()[1][axis.cell(x)])
          .isCloseTo((centre * centre - 1) / Math.sqrt(2), within(1e-3));
    }
    // f = x relaxes with the first mode alone.
    double[] weights = modes.weights(process.stationary(), axis.centres());
    assertThat(weights[0]).isCloseTo(1, within(1e-4));
    assertThat(weights[1]).isCloseTo(0, within(1e-9));
  }

  @Test
  void ornsteinUhlenbeckStaysGaussianAtAllTimes() {
    double curvature = 2;
    double temperature = 0.5;
    double startMean = 1.2;
    double startVariance = 0.04;
    double[] errors = new double[2];
    for (int pass = 0; pass < 2; pass++) {
      GridAxis axis = new GridAxis(-3.5, 3.5, pass == 0 ? 175 : 350);
      JumpProcess process = ornsteinUhlenbeck(axis, curvature, temperature);
      double[] start = gaussian(axis, startMean, startVariance);
      for (double t : new double[] {0.05, 0.3, 1, 4}) {
        double decay = Math.exp(-curvature * t);
        double[] expected =
            gaussian(
                axis,
                startMean * decay,
                startVariance * decay * decay + temperature / curvature * (1 - decay * decay));
        double distance = Distances.totalVariation(process.evolve(start, t), expected);
        assertThat(distance).isLessThan(pass == 0 ? 4e-3 : 1e-3);
        if (t == 0.3) {
          errors[pass] = distance;
        }
      }
    }
    assertThat(errors[0] / errors[1]).isCloseTo(4, within(0.2));
  }

  /** Cell probabilities by point values at the centres, as the scheme has them. */
  private static double[] gaussian(GridAxis axis, double mean, double variance) {
    double[] p =
        Arrays.stream(axis.centres())
            .map(x -> Math.exp(-(x - mean) * (x - mean) / (2 * variance)))
            .toArray();
    double sum = Arrays.stream(p).sum();
    return Arrays.stream(p).map(v -> v / sum).toArray();
  }

  @Test
  void studentsProcessRelaxesAtItsKnownRates() {
    // dX = −κX dt + √(2a(1+X²)) dW has polynomial eigenfunctions: λ_n = nκ − an(n−1), as the
    // operator −κxφ′ + a(1+x²)φ″ shows on x^n; stationary law (1+x²)^{−1−κ/(2a)}.
    double a = 0.08;
    JumpProcess process =
        FokkerPlanck1d.ito(new GridAxis(-40, 40, 4000), x -> x, x -> a * (1 + x * x));
    double[] rates = process.slowModes(3).rates();
    for (int n = 1; n <= 3; n++) {
      assertThat(rates[n - 1]).isCloseTo(n - a * n * (n - 1), within(2e-3 * n));
    }
    double[] p = process.stationary();
    GridAxis axis = new GridAxis(-40, 40, 4000);
    double atZero = p[axis.cell(0.01)];
    double atThree = p[axis.cell(3.01)];
    assertThat(atThree / atZero)
        .isCloseTo(
            Math.pow((1 + 3.01 * 3.01) / (1 + 0.01 * 0.01), -1 - 1 / (2 * a)), within(1e-12));
  }

  @Test
  void stationaryLawIsExactInEveryCellEvenOnACoarseGrid() {
    GridAxis axis = new GridAxis(-2, 2, 16);
    double[] p = FokkerPlanck1d.additive(axis, FokkerPlanck1dTest::doubleWell, 0.1).stationary();
    for (int i = 1; i < 16; i++) {
      assertThat(Math.log(p[i] / p[i - 1]))
          .isCloseTo(
              -(doubleWell(axis.centre(i)) - doubleWell(axis.centre(i - 1))) / 0.1, within(1e-11));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.4, 0.05, 1e-3, 1e-5})
  void keepsMassAndPositivityAndDoesNotMoveTheStationaryLaw(double temperature) {
    GridAxis axis = new GridAxis(-2, 2, 101);
    JumpProcess process =
        FokkerPlanck1d.additive(axis, FokkerPlanck1dTest::doubleWell, temperature);
    double[] corner = new double[101];
    corner[0] = 1;
    for (double dt : new double[] {1e-6, 1e-2, 1e4}) {
      UnaryOperator<double[]> step = process.implicitEuler(dt);
      double[] p = corner;
      for (int s = 0; s < 20; s++) {
        p = step.apply(p);
      }
      assertThat(Arrays.stream(p).sum()).isCloseTo(1, within(1e-11));
      assertThat(Arrays.stream(p).min().orElseThrow()).isGreaterThanOrEqualTo(0);
      assertThat(Distances.totalVariation(step.apply(process.stationary()), process.stationary()))
          .isLessThan(1e-11);
    }
    double[] p = process.evolve(corner, 0.5);
    assertThat(Arrays.stream(p).sum()).isCloseTo(1, within(1e-12));
    assertThat(Arrays.stream(p).min().orElseThrow()).isGreaterThanOrEqualTo(0);
    double[] pi = process.stationary();
    assertThat(Distances.totalVariation(process.evolve(pi, 0.5), pi)).isLessThan(1e-12);
    double fastest = Arrays.stream(process.current(corner)).map(Math::abs).max().orElseThrow();
    for (double current : process.current(pi)) {
      assertThat(current).isCloseTo(0, within(1e-12 * fastest));
    }
  }

  @Test
  void relativeEntropyNeverGrows() {
    GridAxis axis = new GridAxis(-2.5, 2.5, 120);
    JumpProcess process = FokkerPlanck1d.additive(axis, FokkerPlanck1dTest::doubleWell, 0.3);
    double[] pi = process.stationary();
    java.util.Random random = new java.util.Random(7);
    for (int trial = 0; trial < 30; trial++) {
      double[] p = random.doubles(120).map(u -> Math.pow(u, 8)).toArray();
      double sum = Arrays.stream(p).sum();
      p = Arrays.stream(p).map(v -> v / sum).toArray();
      UnaryOperator<double[]> step =
          trial % 2 == 0
              ? process.implicitEuler(Math.pow(10, -3 + trial / 8.0))
              : q -> process.evolve(q, 0.05);
      for (int s = 0; s < 10; s++) {
        double[] next = step.apply(p);
        assertThat(Distances.kullbackLeibler(next, pi))
            .isLessThanOrEqualTo(Distances.kullbackLeibler(p, pi) + 1e-13);
        p = next;
      }
    }
  }

  @Test
  void implicitEulerTendsToTheExactLawAtFirstOrder() {
    GridAxis axis = new GridAxis(-2.5, 2.5, 100);
    JumpProcess process = FokkerPlanck1d.additive(axis, FokkerPlanck1dTest::doubleWell, 0.3);
    double[] start = gaussian(axis, -1, 0.05);
    double[] exact = process.evolve(start, 1);
    double[] errors = new double[2];
    for (int pass = 0; pass < 2; pass++) {
      int steps = 100 << pass;
      UnaryOperator<double[]> step = process.implicitEuler(1.0 / steps);
      double[] p = start;
      for (int s = 0; s < steps; s++) {
        p = step.apply(p);
      }
      errors[pass] = Distances.totalVariation(p, exact);
    }
    assertThat(errors[0] / errors[1]).isCloseTo(2, within(0.05));
  }

  @Test
  void gapTendsToEyringKramers() {
    // λ_1 → 2·√(U″(±1)|U″(0)|)/(2π)·e^{−1/T}: two wells, each left at Kramers' rate (section 7).
    double previous = Double.POSITIVE_INFINITY;
    for (double temperature : new double[] {0.1, 0.05, 0.025}) {
      GridAxis axis = new GridAxis(-2, 2, 4000);
      double gap =
          FokkerPlanck1d.additive(axis, FokkerPlanck1dTest::doubleWell, temperature)
              .slowModes(1)
              .gap();
      double kramers = Math.sqrt(32) / Math.PI * Math.exp(-1 / temperature);
      double deviation = Math.abs(gap / kramers - 1);
      assertThat(deviation).isLessThan(2.5 * temperature);
      assertThat(deviation).isLessThan(0.7 * previous);
      previous = deviation;
    }
  }

  @Test
  void hittingTimeAgreesWithTheDoubleIntegral() {
    // From a to b with a wall at −∞: (1/T)∫_a^b e^{U(y)/T} ∫_{−∞}^y e^{−U(z)/T} dz dy.
    for (double temperature : new double[] {0.3, 0.1, 0.02}) {
      GridAxis axis = new GridAxis(-2.005, 2.005, 401);
      JumpProcess process =
          FokkerPlanck1d.additive(axis, FokkerPlanck1dTest::doubleWell, temperature);
      boolean[] target = new boolean[401];
      for (int i = 200; i < 401; i++) {
        target[i] = true; // The centre of cell 200 is the saddle.
      }
      int start = axis.cell(-1);
      double time = process.meanHittingTime(target)[start];
      double outer = 0;
      int n = 400_000;
      double dy = 2.005 / n;
      double inner = 0;
      for (int i = 0; i < n; i++) {
        double y = -2.005 + (i + 0.5) * dy;
        double weight = Math.exp(-doubleWell(y) / temperature);
        inner += weight * dy;
        if (y > axis.centre(start)) {
          outer += (inner - 0.5 * weight * dy) / weight * dy / temperature;
        }
      }
      assertThat(time).isCloseTo(outer, within(2e-3 * outer));
    }
  }

  @Test
  void escapesOverTwoHundredTemperaturesKeepTheirRelativeAccuracy() {
    // Mean time to reach the saddle is half of Kramers' 2π/√(U″(a)|U″(b)|)·e^{ΔU/T}.
    double temperature = 1.0 / 200;
    GridAxis axis = new GridAxis(-1.5015, 1.5015, 3003);
    JumpProcess process =
        FokkerPlanck1d.additive(axis, FokkerPlanck1dTest::doubleWell, temperature);
    boolean[] target = new boolean[3003];
    Arrays.fill(target, 1501, 3003, true);
    double time = process.meanHittingTime(target)[axis.cell(-1)];
    double kramers = Math.PI / Math.sqrt(32) * Math.exp(200);
    assertThat(time / kramers).isCloseTo(1, within(0.02));
  }

  @Test
  void timesBeyondDoublePrecisionAreInfinite() {
    // A barrier of 2,000 temperatures, and steps of more than 745 that no rate survives.
    for (int cells : new int[] {401, 9}) {
      JumpProcess process =
          FokkerPlanck1d.additive(
              new GridAxis(-1.5, 1.5, cells), FokkerPlanck1dTest::doubleWell, 1.0 / 2000);
      boolean[] right = new boolean[cells];
      right[cells - 1] = true;
      double[] rightwards = process.meanHittingTime(right);
      assertThat(rightwards[0]).isInfinite();
      assertThat(rightwards[cells - 1]).isEqualTo(0);
      boolean[] left = new boolean[cells];
      left[0] = true;
      assertThat(process.meanHittingTime(left)[cells - 1]).isInfinite();
      for (double time : rightwards) {
        assertThat(time).isNotNaN();
      }
    }
  }

  @Test
  void modesAreOrthonormalAndHaveNoMean() {
    JumpProcess process =
        FokkerPlanck1d.additive(new GridAxis(-2.5, 2.5, 300), FokkerPlanck1dTest::doubleWell, 0.1);
    double[] pi = process.stationary();
    double[][] phi = process.slowModes(6).functions();
    for (int k = 0; k < 6; k++) {
      double mean = 0;
      for (int i = 0; i < pi.length; i++) {
        mean += pi[i] * phi[k][i];
      }
      assertThat(mean).isCloseTo(0, within(1e-12));
      for (int l = 0; l <= k; l++) {
        double inner = 0;
        for (int i = 0; i < pi.length; i++) {
          inner += pi[i] * phi[k][i] * phi[l][i];
        }
        assertThat(inner).isCloseTo(k == l ? 1 : 0, within(1e-11));
      }
    }
  }

  @Test
  void findsEveryModeOfASmallChain() {
    // Flat potential on n cells: λ_k = 4D/h² sin²(kπ/(2n)), the discrete cosine transform.
    int n = 12;
    JumpProcess process = FokkerPlanck1d.additive(new GridAxis(0, 3, n), x -> 0, 0.7);
    double[] rates = process.slowModes(n - 1).rates();
    for (int k = 1; k < n; k++) {
      double sine = Math.sin(k * Math.PI / (2 * n));
      double expected = 4 * 0.7 / (0.25 * 0.25) * sine * sine;
      assertThat(rates[k - 1]).isCloseTo(expected, within(1e-10 * expected));
    }
  }

  @Test
  void scalesWithItsUnits() {
    for (double c : WELL_SIZES) {
      // x → cx and U, T unchanged: rates fall by c².
      JumpProcess process =
          FokkerPlanck1d.additive(new GridAxis(-2 * c, 2 * c, 200), x -> doubleWell(x / c), 0.2);
      assertThat(process.slowModes(1).gap() * c * c)
          .isCloseTo(
              FokkerPlanck1d.additive(new GridAxis(-2, 2, 200), FokkerPlanck1dTest::doubleWell, 0.2)
                  .slowModes(1)
                  .gap(),
              within(1e-12));
    }
  }

  @Test
  void refusesBadInput() {
    GridAxis axis = new GridAxis(-1, 1, 10);
    assertThatThrownBy(() -> FokkerPlanck1d.additive(axis, x -> x, -0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("temperature should be finite and positive: was -0.5");
    assertThatThrownBy(() -> FokkerPlanck1d.additive(axis, x -> Double.NaN, 1))
        .hasMessageContaining("energy at -0.9")
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> FokkerPlanck1d.ito(axis, x -> x, x -> x))
        .hasMessageContaining("diffusion should be finite and positive: was -");
    assertThatThrownBy(() -> FokkerPlanck1d.ito(axis, x -> Double.NaN, x -> 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> new GridAxis(-1, 1, 1))
        .hasMessage("cells should be at least 2: was 1");
    assertThatThrownBy(() -> new GridAxis(1, 1, 9))
        .hasMessage("high should be above low 1.0: was 1.0");
    assertThatThrownBy(() -> new GridAxis(0, Double.NaN, 9)).hasMessageContaining("high");
    JumpProcess process = FokkerPlanck1d.additive(axis, x -> x, 1);
    double[] p = process.stationary();
    assertThatThrownBy(() -> process.evolve(p, -1))
        .hasMessage("time should be finite and not negative: was -1.0");
    assertThatThrownBy(() -> process.evolve(p, 1e12)).hasMessageContaining("was 1.0E12");
    assertThatThrownBy(() -> process.evolve(new double[] {1}, 1)).hasMessageContaining("p should");
    assertThatThrownBy(() -> process.implicitEuler(0))
        .hasMessage("time step should be finite and positive: was 0.0");
    assertThatThrownBy(() -> process.meanHittingTime(new boolean[10]))
        .hasMessage("target should contain a cell: was empty");
    assertThatThrownBy(
            () ->
                FokkerPlanck1d.additive(
                        new GridAxis(-2, 2, 500), FokkerPlanck1dTest::doubleWell, 0.01)
                    .slowModes(1))
        .hasMessageStartingWith("temperature should be higher: rates below");
    assertThatThrownBy(() -> FokkerPlanck1d.additive(axis, x -> x * x, 1e-9).slowModes(3))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> process.slowModes(10))
        .hasMessage("count should be between 1 and 9: was 10");
  }
}
