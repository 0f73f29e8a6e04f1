package io.thermograd.detect.basin;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The exponential tail of the loss's relaxation, L(t) = L∞ + A·e^{−λt} over SGD time t: least
 * squares in L∞ and A for every λ on a logarithmic grid, from where half of the fall is over on. Of
 * a minimum the loss is even in every coordinate, so that its slowest part decays twice as fast as
 * the coordinate: the gap is λ/2.
 *
 * @param rate λ per unit of SGD time; NaN where no tail can be told
 * @param low end of its 95 % interval, by the profile of the squares
 * @param high end
 */
record LossTail(double rate, double low, double high) {
  static final LossTail NONE = new LossTail(Double.NaN, Double.NaN, Double.NaN);
  private static final int FEWEST = 40;
  private static final int MOST = 512;
  private static final int GRID = 64;
  private static final double ERRORS = 5;

  /** χ²₁ at 95 %. */
  private static final double LEVEL = 3.84;

  /** Of a trail from its start, or from the latest change of the learning rate on. */
  static LossTail of(Trail trail) {
    int n = trail.size();
    int from = n;
    while (from > 0 && Math.abs(trail.rate(from - 1) / trail.rate(n - 1) - 1) < 0.02) {
      from--;
    }
    if (n - from < FEWEST || !(trail.rate(n - 1) > 0)) {
      return NONE;
    }
    double end = mean(trail, (from + n) / 2, n);
    double start = mean(trail, from, from + 1);
    // The tail: fast modes have gone when a fifth of the fall is left.
    while (from < n - FEWEST && (trail.meanLoss(from) - end) > 0.2 * (start - end)) {
      from++;
    }
    int stretch = (n - from + MOST - 1) / MOST;
    double[] t = new double[(n - from) / stretch];
    double[] loss = new double[t.length];
    for (int s = 0; s < t.length; s++) {
      int first = from + s * stretch;
      t[s] = trail.time(first) - trail.time(from);
      loss[s] = mean(trail, first, first + stretch);
      if (Double.isNaN(loss[s])) {
        return NONE;
      }
    }
    return fit(t, loss);
  }

  private static double mean(Trail trail, int from, int to) {
    double sum = 0;
    for (int p = from; p < to; p++) {
      sum += trail.meanLoss(p);
    }
    return sum / (to - from);
  }

  private static LossTail fit(double[] t, double[] loss) {
    double span = t[t.length - 1];
    double[] lambda = new double[GRID];
    double[] squares = new double[GRID];
    int best = 0;
    Solver solver = new Solver(2);
    double[] f = new double[2];
    double[] amplitude = new double[GRID];
    for (int g = 0; g < GRID; g++) {
      lambda[g] = 2 / span * StrictMath.pow(t.length / 8.0, (double) g / (GRID - 1));
      solver.clear();
      for (int p = 0; p < t.length; p++) {
        f[0] = StrictMath.exp(-lambda[g] * t[p]);
        f[1] = 1;
        solver.add(f, loss[p] - loss[t.length - 1], 1);
      }
      amplitude[g] = solver.solve()[0] / Math.sqrt(solver.firstVariance());
      squares[g] = solver.residual();
      best = squares[g] < squares[best] ? g : best;
    }
    double variance = squares[best] / (t.length - 3) * persistence(t, loss, lambda[best]);
    if (best == 0 || best == GRID - 1 || amplitude[best] < ERRORS * Math.sqrt(variance)) {
      return NONE;
    }
    int low = best;
    while (low > 0 && squares[low] - squares[best] < LEVEL * variance) {
      low--;
    }
    int high = best;
    while (high < GRID - 1 && squares[high] - squares[best] < LEVEL * variance) {
      high++;
    }
    return low == 0 || high == GRID - 1
        ? NONE
        : new LossTail(lambda[best], lambda[low], lambda[high]);
  }

  /** (1 + ρ)/(1 − ρ) of the residuals' first autocorrelation: how many tell what one would. */
  private static double persistence(double[] t, double[] loss, double lambda) {
    Solver solver = new Solver(2);
    for (int p = 0; p < t.length; p++) {
      solver.add(new double[] {StrictMath.exp(-lambda * t[p]), 1}, loss[p], 1);
    }
    double[] b = solver.solve();
    double before = 0;
    double squares = 0;
    double products = 0;
    for (int p = 0; p < t.length; p++) {
      double r = loss[p] - b[0] * StrictMath.exp(-lambda * t[p]) - b[1];
      squares += r * r;
      products += r * before;
      before = r;
    }
    double rho = squares > 0 ? Math.max(0, Math.min(0.95, products / squares)) : 0;
    return (1 + rho) / (1 - rho);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(rate);
    out.writeDouble(low);
    out.writeDouble(high);
  }

  static LossTail readFrom(DataInput in) throws IOException {
    return new LossTail(in.readDouble(), in.readDouble(), in.readDouble());
  }
}
