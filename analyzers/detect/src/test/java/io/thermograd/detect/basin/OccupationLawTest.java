package io.thermograd.detect.basin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Occupations in closed form: Gaussian and beta integrals over quadratic wells. */
class OccupationLawTest {
  private static final double[] FLOORS = {0.1, 0.3, 0.6, 1, 1.6};
  private static final double[] LOG_CURVATURES = {1, 3, 0, 2, 1.5};
  private static final double TEMPERATURE = 0.3;
  private static final double EXPONENT = 4;
  private static final int DIMS = 2;

  private static Shape[] shapes(double error) {
    Shape[] shapes = new Shape[FLOORS.length];
    for (int i = 0; i < shapes.length; i++) {
      shapes[i] = new Shape(FLOORS[i], error, LOG_CURVATURES[i], 2 * error);
    }
    return shapes;
  }

  /** log of ∫ p over every well, up to a constant. */
  private static double[] law(DoubleUnaryOperator logWeight) {
    double[] law = new double[FLOORS.length];
    for (int i = 0; i < law.length; i++) {
      law[i] = logWeight.applyAsDouble(FLOORS[i]) - 0.5 * LOG_CURVATURES[i];
    }
    return law;
  }

  private static double[] gibbs() {
    return law(l -> -l / TEMPERATURE);
  }

  /** ∫(L + ½xᵀHx)^−α dx is L^{d/2−α}/√det H times what does not depend on the well. */
  private static double[] power() {
    return law(l -> (0.5 * DIMS - EXPONENT) * Math.log(l));
  }

  private static double[][] errors(double variance) {
    double[][] covariance = new double[FLOORS.length][FLOORS.length];
    for (int i = 0; i < covariance.length; i++) {
      covariance[i][i] = variance;
    }
    return covariance;
  }

  @Test
  void theTrueLawIsFoundWithItsParameter() {
    OccupationLaw.Comparison of = compare(gibbs(), errors(1e-4), shapes(1e-3));
    assertThat(1 / of.gibbs().slope()).isCloseTo(TEMPERATURE, within(1e-6));
    assertThat(of.gibbs().misfit()).isCloseTo(0, within(1e-9));
    assertThat(of.ratio()).isGreaterThan(2 * of.deviation());
    of = compare(power(), errors(1e-4), shapes(1e-3));
    assertThat(of.power().slope() + 0.5 * DIMS).isCloseTo(EXPONENT, within(1e-6));
    assertThat(of.power().misfit()).isCloseTo(0, within(1e-9));
    assertThat(of.ratio()).isLessThan(-2 * of.deviation());
  }

  /** With no misfit the likelihood ratio is half the squared distance of the laws. */
  @Test
  void theRatioOfAnExactLawIsHalfItsSquaredDistance() {
    OccupationLaw.Comparison of = compare(gibbs(), errors(0.01), shapes(0));
    assertThat(of.ratio()).isCloseTo(0.5 * of.deviation() * of.deviation(), within(1e-9));
    assertThat(of.power().misfit()).isCloseTo(2 * of.ratio(), within(1e-9));
  }

  @Test
  void theWrongLawIsDecidedForAsRarelyAsStated() {
    int runs = 20_000;
    for (double variance : new double[] {0.02, 0.1, 0.5}) {
      for (boolean gibbs : new boolean[] {true, false}) {
        SplittableRandom random = new SplittableRandom(7);
        int wrong = 0;
        int held = 0;
        double sum = 0;
        double squares = 0;
        double deviation = 0;
        for (int r = 0; r < runs; r++) {
          double[] law = gibbs ? gibbs() : power();
          for (int i = 0; i < law.length; i++) {
            // What is not quadratic is part of the error.
            law[i] += Math.sqrt(variance + 0.01) * random.nextGaussian();
          }
          OccupationLaw.Comparison of = compare(law, errors(variance), shapes(0));
          double toTruth = gibbs ? of.ratio() : -of.ratio();
          wrong += toTruth < -1.96 * of.deviation() ? 1 : 0;
          OccupationLaw.Fit fit = gibbs ? of.gibbs() : of.power();
          double truth = gibbs ? 1 / TEMPERATURE : EXPONENT - 0.5 * DIMS;
          held += Math.abs(fit.slope() - truth) < 1.96 * fit.error() ? 1 : 0;
          sum += of.ratio() / runs;
          squares += of.ratio() * of.ratio() / runs;
          deviation += of.deviation() / runs;
        }
        assertThat((double) wrong / runs).isLessThan(0.025);
        // Four standard errors of a binomial share.
        assertThat((double) held / runs).isCloseTo(0.95, within(4 * Math.sqrt(0.0475 / runs)));
        // Its spread is the stated one, up to that of the distance itself.
        assertThat(Math.sqrt(squares - sum * sum) / deviation).isBetween(0.8, 1.2);
      }
    }
  }

  @Test
  void equalFloorsTellNothing() {
    Shape[] flat = new Shape[3];
    for (int i = 0; i < 3; i++) {
      flat[i] = new Shape(0.5, 0.01, i, 0.01);
    }
    assertThat(OccupationLaw.compare(new double[3], new double[3][3], flat)).isNull();
    assertThat(OccupationLaw.gibbs(new double[3], new double[3][3], flat)).isNull();
  }

  private static OccupationLaw.Comparison compare(
      double[] law, double[][] covariance, Shape[] shapes) {
    return Objects.requireNonNull(OccupationLaw.compare(law, covariance, shapes));
  }
}
