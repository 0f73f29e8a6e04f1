package io.thermograd.simulator.landscape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Multi-start Levenberg–Marquardt on ∇f = 0. */
final class CriticalPointSearch {
  private static final int STARTS_PER_DIMENSION = 500;
  private static final int MAX_STEPS = 300;

  /** Relative to the diameter: points nearer than that are one. */
  private static final double SAME_POINT = 1e-6;

  /** Relative to the landscape's typical curvature: eigenvalues below count as 0. */
  private static final double FLAT = 1e-7;

  private final Geometry geometry;
  private final double curvature;
  private final List<CriticalPoint> found = new ArrayList<>();
  private final List<Integer> hits = new ArrayList<>();

  private CriticalPointSearch(Geometry geometry, double curvature) {
    this.geometry = geometry;
    this.curvature = curvature;
  }

  static CriticalPoints run(Geometry geometry) {
    int starts = STARTS_PER_DIMENSION * geometry.dim();
    double[][] spread = geometry.spread(starts);
    double[] norms =
        Arrays.stream(spread)
            .mapToDouble(x -> geometry.eigen(x).norm())
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    CriticalPointSearch search =
        new CriticalPointSearch(geometry, norms.length == 0 ? 1 : norms[norms.length / 2]);
    for (double[] start : spread) {
      search.from(start);
    }
    return search.result(starts);
  }

  private CriticalPoints result(int starts) {
    int sum = 0;
    boolean degenerate = false;
    int once = 0;
    for (int k = 0; k < found.size(); k++) {
      sum += found.get(k).index() % 2 == 0 ? 1 : -1;
      degenerate |= found.get(k).degenerate();
      once += hits.get(k) == 1 ? 1 : 0;
    }
    OptionalInt degree = degenerate ? OptionalInt.empty() : Degree.of(geometry);
    return new CriticalPoints(found, (double) once / starts, sum, degree);
  }

  private void from(double[] start) {
    int d = start.length;
    double[] x = start.clone();
    double[] g = new double[d];
    double[] trial = new double[d];
    double[] trialGradient = new double[d];
    geometry.gradient(x, g);
    double norm = Vectors.norm(g);
    Eigen eigen = geometry.eigen(x);
    double damping = 1e-2 * eigen.norm() * eigen.norm();
    double still = 1e-14 * curvature * geometry.diameter();
    for (int step = 0; step < MAX_STEPS && norm > still; step++) {
      move(x, eigen.dampedInverse(g, damping), trial);
      geometry.gradient(trial, trialGradient);
      double trialNorm = Vectors.norm(trialGradient);
      if (trialNorm < norm) {
        System.arraycopy(trial, 0, x, 0, d);
        System.arraycopy(trialGradient, 0, g, 0, d);
        norm = trialNorm;
        eigen = geometry.eigen(x);
        damping *= 0.1;
      } else {
        damping = Math.max(10 * damping, 1e-30 * curvature * curvature);
      }
    }
    polish(x, g);
    if (!geometry.contains(x) || !(Vectors.norm(g) <= 1e-9 * curvature * geometry.diameter())) {
      return;
    }
    add(x);
  }

  /** Plain Newton steps for as long as they make ‖∇f‖ smaller. */
  private void polish(double[] x, double[] g) {
    double[] trial = new double[x.length];
    double[] trialGradient = new double[x.length];
    double tiny = FLAT * curvature;
    for (int step = 0; step < 10; step++) {
      move(x, geometry.eigen(x).dampedInverse(g, tiny * tiny * 1e-6), trial);
      geometry.gradient(trial, trialGradient);
      if (!(Vectors.norm(trialGradient) < Vectors.norm(g))) {
        return;
      }
      System.arraycopy(trial, 0, x, 0, x.length);
      System.arraycopy(trialGradient, 0, g, 0, g.length);
    }
  }

  private void move(double[] x, double[] step, double[] target) {
    System.arraycopy(x, 0, target, 0, x.length);
    Vectors.axpy(-1, step, target);
    geometry.retract(target);
  }

  private void add(double[] x) {
    Eigen eigen = geometry.eigen(x);
    double tiny = FLAT * curvature;
    double[] values = eigen.values().clone();
    boolean degenerate = false;
    for (int k = 0; k < values.length; k++) {
      if (Math.abs(values[k]) <= tiny) {
        values[k] = 0;
        degenerate = true;
      }
    }
    CriticalPoint point = new CriticalPoint(x, geometry.landscape().value(x), values, degenerate);
    for (int k = 0; k < found.size(); k++) {
      if (same(found.get(k), point)) {
        hits.set(k, hits.get(k) + 1);
        return;
      }
    }
    found.add(point);
    hits.add(1);
  }

  /** Degenerate points of one value and index are taken for one continuum. */
  private boolean same(CriticalPoint a, CriticalPoint b) {
    double diameter = geometry.diameter();
    if (Vectors.distance(a.at(), b.at()) <= SAME_POINT * diameter) {
      return true;
    }
    return a.degenerate()
        && b.degenerate()
        && a.index() == b.index()
        && Math.abs(a.value() - b.value()) <= FLAT * curvature * diameter * diameter;
  }
}
