package io.thermograd.simulator.experiment;

import io.thermograd.simulator.landscape.Polynomial;
import io.thermograd.theory.EscapeTime;
import io.thermograd.theory.FokkerPlanck1d;
import io.thermograd.theory.GridAxis;
import io.thermograd.theory.JumpProcess;
import io.thermograd.theory.Occupation1d;
import java.util.ArrayList;
import java.util.List;

/**
 * A line with four wells of unequal depth, and everything about Langevin motion on it that follows
 * from the Fokker–Planck operator, at any temperature. Replicas begin in the third well.
 */
final class MetastableLine {
  private static final GridAxis AXIS = new GridAxis(-3.2, 3.2, 1600);
  private static final int START = 2;

  // ½T₈(x/2.6), Chebyshev's polynomial with four equal wells and three equal tops, and a slope.
  private static final double[] COEFFICIENTS = chebyshev(0.5, 2.6, 0.15);

  private final Polynomial loss = new Polynomial("four-wells-on-a-line", COEFFICIENTS);
  private final double[] minima;
  private final double[] tops;

  MetastableLine() {
    List<Double> roots = criticalPoints();
    if (roots.size() != 7) {
      throw new IllegalStateException("line should have 7 critical points: had " + roots);
    }
    minima = new double[4];
    tops = new double[3];
    for (int i = 0; i < roots.size(); i++) {
      (i % 2 == 0 ? minima : tops)[i / 2] = roots.get(i);
    }
  }

  Polynomial loss() {
    return loss;
  }

  /** From left to right. */
  double[] minima() {
    return minima.clone();
  }

  int start() {
    return START;
  }

  double value(double x) {
    return loss.value(new double[] {x});
  }

  GridAxis axis() {
    return AXIS;
  }

  JumpProcess process(double temperature) {
    return FokkerPlanck1d.additive(AXIS, this::value, temperature);
  }

  /** Mean time from the bottom of the start well to a neighbour's bottom. */
  double escapeTime(double temperature) {
    boolean[] target = new boolean[AXIS.cells()];
    for (int i = 0; i < target.length; i++) {
      double x = AXIS.centre(i);
      target[i] = x <= minima[START - 1] || x >= minima[START + 1];
    }
    return process(temperature).meanHittingTime(target)[AXIS.cell(minima[START])];
  }

  /** The same by Kramers' formula: the rates over the two tops add up. */
  double kramersTime(double temperature) {
    double rate = 0;
    for (int side = START - 1; side <= START; side++) {
      rate +=
          1
              / EscapeTime.kramers(
                  curvature(minima[START]),
                  -curvature(tops[side]),
                  value(tops[side]) - value(minima[START]),
                  temperature);
    }
    return 1 / rate;
  }

  /**
   * Passages from one bottom to another per unit of time in equilibrium, exactly: between
   * neighbouring bottoms a and b each way T/(Z ∫_a^b e^{U/T} dx), Z = ∫ e^{−U/T} dx, on the grid.
   */
  double hopRate(double temperature) {
    double partition = 0;
    for (int i = 0; i < AXIS.cells(); i++) {
      partition += StrictMath.exp(-value(AXIS.centre(i)) / temperature) * AXIS.spacing();
    }
    double rate = 0;
    for (int w = 0; w + 1 < minima.length; w++) {
      int steps = 2000;
      double h = (minima[w + 1] - minima[w]) / steps;
      double resistance = 0;
      for (int k = 0; k < steps; k++) { // midpoints
        resistance += StrictMath.exp(value(minima[w] + (k + 0.5) * h) / temperature) * h;
      }
      rate += 2 * temperature / (partition * resistance);
    }
    return rate;
  }

  /** Var L in equilibrium: of the start well alone, or of the whole line. */
  double lossVariance(double temperature, boolean startWellOnly) {
    Occupation1d law =
        startWellOnly
            ? Occupation1d.gibbs(this::value, temperature, tops[START - 1], tops[START])
            : Occupation1d.gibbs(this::value, temperature, AXIS.low(), AXIS.high());
    double mean = law.expectation(this::value);
    return law.expectation(x -> (value(x) - mean) * (value(x) - mean));
  }

  private double slope(double x) {
    double[] g = new double[1];
    loss.gradient(new double[] {x}, g);
    return g[0];
  }

  private double curvature(double x) {
    double[][] h = new double[1][1];
    loss.hessian(new double[] {x}, h);
    return h[0][0];
  }

  private List<Double> criticalPoints() {
    List<Double> roots = new ArrayList<>();
    for (int i = 0; i < AXIS.cells(); i++) {
      double a = AXIS.edge(i);
      double b = AXIS.edge(i + 1);
      if (slope(a) * slope(b) >= 0) {
        continue;
      }
      for (int k = 0; k < 60; k++) {
        double middle = (a + b) / 2;
        if (slope(a) * slope(middle) <= 0) {
          b = middle;
        } else {
          a = middle;
        }
      }
      roots.add(a);
    }
    return roots;
  }

  /** height·T₈(x/scale) + tilt·x, by T_{n+1} = 2xT_n − T_{n−1}. */
  private static double[] chebyshev(double height, double scale, double tilt) {
    double[] before = new double[9];
    double[] now = new double[9];
    before[0] = 1;
    now[1] = 1;
    for (int n = 1; n < 8; n++) {
      double[] next = new double[9];
      for (int k = 0; k < 9; k++) {
        next[k] = (k == 0 ? 0 : 2 * now[k - 1]) - before[k];
      }
      before = now;
      now = next;
    }
    double power = height;
    for (int k = 0; k < 9; k++) {
      now[k] *= power;
      power /= scale;
    }
    now[1] += tilt;
    return now;
  }
}
