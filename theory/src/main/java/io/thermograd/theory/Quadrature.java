package io.thermograd.theory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * ∫ e^{g(x)} dx over an interval, for g that may reach ±10⁶ or more: peaks are found by the maxima
 * of g, where e^g itself would be 0 on every node.
 *
 * <p>Adaptive: Gauss–Legendre panels of 12 points are halved until each agrees with its two halves
 * within 10⁻¹² of the whole. Relative error of smooth integrands ≤ 10⁻¹¹ plus the rounding of g,
 * 2⁻⁵²·max|g| near the peaks. Singular integrands, integrable or not, are refused.
 */
final class Quadrature {
  private static final int SCAN = 1024;
  private static final int MOST_PANELS = 20_000;
  private static final int MOST_ROUNDS = 60;
  private static final double TOLERANCE = 1e-12;

  /** Panels e^−60 below the whole cannot matter, however badly they are resolved. */
  private static final double NEGLIGIBLE = 60;

  private final double[] nodes;
  private final double[] logWeights;
  private final double logValue;

  private Quadrature(double[] nodes, double[] logWeights) {
    this.nodes = nodes;
    this.logWeights = logWeights;
    this.logValue = LogDomain.logSum(logWeights);
  }

  /** log of the integral; −∞ when the integrand is 0 everywhere. */
  double logValue() {
    return logValue;
  }

  /** Σ_k P_k f(x_k) with the rule's own nodes and P_k = w_k e^{g(x_k)} over the integral. */
  double expectation(DoubleUnaryOperator f) {
    double sum = 0;
    for (int k = 0; k < nodes.length; k++) {
      double p = StrictMath.exp(logWeights[k] - logValue);
      if (p > 0) {
        sum += p * f.applyAsDouble(nodes[k]);
      }
    }
    return sum;
  }

  static Quadrature ofExp(DoubleUnaryOperator logIntegrand, double low, double high) {
    DoubleUnaryOperator g = x -> checked(logIntegrand, x);
    List<Panel> panels = new ArrayList<>();
    double[] cuts = cuts(g, low, high);
    for (int i = 0; i + 1 < cuts.length; i++) {
      panels.add(Panel.of(g, cuts[i], cuts[i + 1]));
    }
    for (int round = 0; round < MOST_ROUNDS && panels.size() <= MOST_PANELS; round++) {
      double total = LogDomain.logSum(panels.stream().mapToDouble(p -> p.logValue).toArray());
      List<Panel> refined = new ArrayList<>();
      for (Panel panel : panels) {
        if (panel.resolved(total)) {
          refined.add(panel);
        } else {
          double middle = 0.5 * (panel.a + panel.b);
          refined.add(Panel.of(g, panel.a, middle));
          refined.add(Panel.of(g, middle, panel.b));
        }
      }
      if (refined.size() == panels.size()) {
        return collect(panels);
      }
      panels = refined;
    }
    throw new IllegalArgumentException(
        "density should be smooth and integrable on [%s, %s]: quadrature did not settle"
            .formatted(low, high));
  }

  private static Quadrature collect(List<Panel> panels) {
    int per = 2 * GaussLegendre.POINTS;
    double[] nodes = new double[per * panels.size()];
    double[] logWeights = new double[nodes.length];
    for (int i = 0; i < panels.size(); i++) {
      System.arraycopy(panels.get(i).nodes, 0, nodes, i * per, per);
      System.arraycopy(panels.get(i).logWeights, 0, logWeights, i * per, per);
    }
    return new Quadrature(nodes, logWeights);
  }

  /** 64 equal panels, cut also where g has a local maximum. */
  private static double[] cuts(DoubleUnaryOperator g, double low, double high) {
    List<Double> cuts = new ArrayList<>();
    double h = (high - low) / SCAN;
    double[] values = new double[SCAN + 1];
    for (int i = 0; i <= SCAN; i++) {
      values[i] = g.applyAsDouble(i == SCAN ? high : low + i * h);
      if (i % 16 == 0) {
        cuts.add(i == SCAN ? high : low + i * h);
      }
    }
    for (int i = 1; i < SCAN; i++) {
      if (values[i] >= values[i - 1] && values[i] >= values[i + 1]) {
        cuts.add(maximum(g, low + (i - 1) * h, low + (i + 1) * h));
      }
    }
    return cuts.stream().mapToDouble(Double::doubleValue).sorted().distinct().toArray();
  }

  /** Golden-section search. */
  private static double maximum(DoubleUnaryOperator g, double a, double b) {
    double golden = 0.5 * (StrictMath.sqrt(5) - 1);
    double left = b - golden * (b - a);
    double right = a + golden * (b - a);
    double atLeft = g.applyAsDouble(left);
    double atRight = g.applyAsDouble(right);
    for (int i = 0; i < 60; i++) {
      if (atLeft > atRight) {
        b = right;
        right = left;
        atRight = atLeft;
        left = b - golden * (b - a);
        atLeft = g.applyAsDouble(left);
      } else {
        a = left;
        left = right;
        atLeft = atRight;
        right = a + golden * (b - a);
        atRight = g.applyAsDouble(right);
      }
    }
    return 0.5 * (a + b);
  }

  private static double checked(DoubleUnaryOperator g, double x) {
    double value = g.applyAsDouble(x);
    if (!(value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "log density should be below infinity: was %s at %s".formatted(value, x));
    }
    return value;
  }

  /** A panel, integrated as a whole and by halves; the halves' nodes are kept. */
  private static final class Panel {
    final double a;
    final double b;
    final double[] nodes = new double[2 * GaussLegendre.POINTS];
    final double[] logWeights = new double[2 * GaussLegendre.POINTS];
    final double logValue;
    final double logError;
    final double logEnds;
    final double logTop;

    static Panel of(DoubleUnaryOperator g, double a, double b) {
      return new Panel(g, a, b);
    }

    private Panel(DoubleUnaryOperator g, double a, double b) {
      this.a = a;
      this.b = b;
      double middle = 0.5 * (a + b);
      double[] coarse = new double[GaussLegendre.POINTS];
      double top = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < GaussLegendre.POINTS; i++) {
        coarse[i] =
            StrictMath.log(GaussLegendre.weight(i, a, b))
                + g.applyAsDouble(GaussLegendre.node(i, a, b));
        top = Math.max(top, put(g, i, i, a, middle));
        top = Math.max(top, put(g, i, GaussLegendre.POINTS + i, middle, b));
      }
      logTop = top;
      logEnds = Math.max(g.applyAsDouble(a), g.applyAsDouble(b));
      logValue = LogDomain.logSum(logWeights);
      logError = logDifference(LogDomain.logSum(coarse), logValue);
    }

    private double put(DoubleUnaryOperator g, int i, int at, double from, double to) {
      nodes[at] = GaussLegendre.node(i, from, to);
      double value = g.applyAsDouble(nodes[at]);
      logWeights[at] = StrictMath.log(GaussLegendre.weight(i, from, to)) + value;
      return value;
    }

    boolean resolved(double logTotal) {
      if (logTop == Double.NEGATIVE_INFINITY && logEnds == Double.NEGATIVE_INFINITY) {
        return true;
      }
      // A peak at an end, where the maxima are, that no node has seen.
      if (logEnds > logTop + 3 && logEnds + StrictMath.log(b - a) > logTotal - NEGLIGIBLE) {
        return false;
      }
      double noise = 16 * Math.ulp(1.0) * Math.max(1, Math.abs(logTop));
      double allowed =
          LogDomain.logSum(
              new double[] {
                StrictMath.log(TOLERANCE) + logTotal, StrictMath.log(noise) + logValue
              });
      return logError <= allowed;
    }

    /** log|e^p − e^q|. */
    private static double logDifference(double p, double q) {
      double top = Math.max(p, q);
      return top == Double.NEGATIVE_INFINITY || p == q
          ? Double.NEGATIVE_INFINITY
          : top + StrictMath.log(-StrictMath.expm1(-Math.abs(p - q)));
    }
  }
}
