package io.thermograd.theory;

import java.util.function.DoubleUnaryOperator;

/**
 * A stationary law in one dimension on an interval with reflecting ends, normalised by quadrature
 * in the log domain, so that temperatures may be as low as the loss's own rounding allows.
 *
 * <p>All three laws are the zero-current solution of the Itô equation dθ = −U′ dt + √(2D) dW, that
 * is of pU′ + (Dp)′ = 0: p ∝ D⁻¹ exp(−∫U′/D), with D = ηcΣ/(2B) (QUANTITIES.md, sections 7 and
 * 9.3).
 *
 * <p>Relative error of normalisation and probabilities ≤ 10⁻¹¹ for smooth densities, plus 2⁻⁵²·|log
 * p| for the rounding of the loss; construction costs about 10⁴ evaluations of the loss. A density
 * that is infinite somewhere or cannot be integrated is an {@link IllegalArgumentException}.
 * Immutable; thread-safe if the given functions are.
 */
public final class Occupation1d {
  private final DoubleUnaryOperator logWeight;
  private final double low;
  private final double high;
  private final Quadrature whole;

  private Occupation1d(DoubleUnaryOperator logWeight, double low, double high) {
    Checks.finite("low", low);
    Checks.finite("high", high);
    if (!(high > low)) {
      throw new IllegalArgumentException("high should be above low " + low + ": was " + high);
    }
    this.logWeight = logWeight;
    this.low = low;
    this.high = high;
    this.whole = Quadrature.ofExp(logWeight, low, high);
    if (!Double.isFinite(whole.logValue())) {
      throw new IllegalArgumentException(
          "density should be positive somewhere on [%s, %s]: its integral was %s"
              .formatted(low, high, StrictMath.exp(whole.logValue())));
    }
  }

  /**
   * Gibbs: p ∝ e^{−U/T}, the law of constant noise.
   *
   * @param temperature T > 0, in units of the loss
   */
  public static Occupation1d gibbs(
      DoubleUnaryOperator energy, double temperature, double low, double high) {
    Checks.positive("temperature", temperature);
    return new Occupation1d(x -> -energy.applyAsDouble(x) / temperature, low, high);
  }

  /**
   * Power law p ∝ L^{−α} of noise Σ = σ²L; α from {@link #powerLawExponent}.
   *
   * @param loss L > 0 on the interval
   */
  public static Occupation1d powerLaw(
      DoubleUnaryOperator loss, double exponent, double low, double high) {
    Checks.finite("exponent", exponent);
    return new Occupation1d(x -> powerLawLogWeight(loss.applyAsDouble(x), exponent), low, high);
  }

  /**
   * General Itô law p ∝ D⁻¹ exp(−∫U′/D). The inner integral is tabulated on 2,048 panels of 12
   * Gauss–Legendre points, exact to rounding for U′/D that is smooth at that scale.
   *
   * @param slope U′, loss/param
   * @param diffusion D > 0 on the closed interval
   */
  public static Occupation1d ito(
      DoubleUnaryOperator slope, DoubleUnaryOperator diffusion, double low, double high) {
    GridAxis panels = new GridAxis(low, high, 2048);
    DoubleUnaryOperator d = x -> Checks.positive("diffusion", diffusion.applyAsDouble(x));
    DoubleUnaryOperator integrand = x -> slope.applyAsDouble(x) / d.applyAsDouble(x);
    double[] potential = new double[panels.cells() + 1];
    for (int i = 0; i < panels.cells(); i++) {
      potential[i + 1] =
          potential[i] + GaussLegendre.integrate(integrand, panels.edge(i), panels.edge(i + 1));
    }
    DoubleUnaryOperator logWeight =
        x -> {
          int i = panels.cell(x);
          return -potential[i]
              - GaussLegendre.integrate(integrand, panels.edge(i), x)
              - StrictMath.log(d.applyAsDouble(x));
        };
    return new Occupation1d(logWeight, low, high);
  }

  /**
   * Exponent α = 1 + 2B/(ηcσ²) of the occupation density p ∝ L^{−α} under noise Σ = σ²L·I.
   *
   * <p>In any dimension: D = sL with s = ηcσ²/(2B), so p∇L + ∇(sLp) = 0 gives ∇log(Lp) = −∇log(L)/s
   * and p ∝ L^{−1−1/s}. The 1 is the prefactor D⁻¹ of the Itô law; −2B/(ησ²) alone is its limit for
   * small η. Near a minimum with L = 0 in d dimensions p is not integrable unless 2α < d, and never
   * for d ≤ 2: the process is absorbed there.
   *
   * @param learningRate η > 0, effective
   * @param noisePerLoss σ² > 0: variance of one coordinate of an example's gradient, per unit of
   *     loss
   * @param batchSize B > 0
   */
  public static double powerLawExponent(
      double learningRate, double noisePerLoss, double batchSize) {
    Checks.positive("learning rate", learningRate);
    Checks.positive("noise per loss", noisePerLoss);
    Checks.positive("batch size", batchSize);
    return 1 + 2 * batchSize / (learningRate * noisePerLoss);
  }

  /** −α log L, the power law's unnormalised log density in any dimension; L > 0. */
  public static double powerLawLogWeight(double loss, double exponent) {
    return -exponent * StrictMath.log(Checks.positive("loss", loss));
  }

  /** log p(x); −∞ outside the interval. */
  public double logDensity(double x) {
    return x >= low && x <= high
        ? logWeight.applyAsDouble(x) - whole.logValue()
        : Double.NEGATIVE_INFINITY;
  }

  /** p(x); 0 outside the interval. */
  public double density(double x) {
    return StrictMath.exp(logDensity(x));
  }

  /**
   * Probability of [from, to], with relative (not only absolute) accuracy in the tails.
   *
   * @param to not below {@code from}; both may be infinite
   */
  public double probability(double from, double to) {
    if (!(from <= to)) {
      throw new IllegalArgumentException("to should not be below from " + from + ": was " + to);
    }
    double a = Math.max(from, low);
    double b = Math.min(to, high);
    if (!(a < b)) {
      return 0;
    }
    if (a == low && b == high) {
      return 1;
    }
    return Math.min(
        1, StrictMath.exp(Quadrature.ofExp(logWeight, a, b).logValue() - whole.logValue()));
  }

  /** Probabilities of the cells of a grid, which need not cover the interval. */
  public double[] cells(GridAxis axis) {
    double[] p = new double[axis.cells()];
    for (int i = 0; i < p.length; i++) {
      p[i] = probability(axis.edge(i), axis.edge(i + 1));
    }
    return p;
  }

  /** E f(x), for f smooth at the density's own scale. */
  public double expectation(DoubleUnaryOperator f) {
    return whole.expectation(f);
  }

  public double mean() {
    return expectation(x -> x);
  }

  /** Centred: no cancellation, however far the law lies from 0. */
  public double variance() {
    double mean = mean();
    return expectation(x -> (x - mean) * (x - mean));
  }

  /**
   * E xⁿ.
   *
   * @param order n ≥ 0
   */
  public double moment(int order) {
    Checks.atLeast("order", 0, order);
    return expectation(x -> StrictMath.pow(x, order));
  }
}
