package io.thermograd.detect.basin;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The loss in the core of a basin, L ≈ floor + ½ xᵀHx: the least-squares quadratic of all points
 * that the run left there, in all coordinates of its trail. So it is the quadratic that the run
 * feels at its temperature, not the one at the very bottom; anharmonic terms shift it by O(T). The
 * errors are a jackknife's over {@value #BLOCKS} stretches of the points. O(points·terms²).
 *
 * @param floor least value of the quadratic, loss; NaN where the points do not tell, as all else
 * @param floorError standard error
 * @param logCurvature log det H, of loss/param² to the power of the coordinates
 * @param curvatureError standard error
 */
record Shape(double floor, double floorError, double logCurvature, double curvatureError) {
  static final Shape NONE = new Shape(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  private static final int BLOCKS = 8;

  /** Points for every coefficient, in all but one of the stretches. */
  private static final int PER_TERM = 5;

  /** Pivots that rounding has eaten up. */
  private static final double RANK = 1e-9;

  boolean known() {
    return Double.isFinite(floor) && Double.isFinite(curvatureError);
  }

  /**
   * Of a basin of the trail.
   *
   * @param places of the trail's points: b in the core of basin b
   */
  static Shape of(Trail trail, int[] places, int basin) {
    int d = trail.width();
    int[] in = new int[places.length];
    int n = 0;
    for (int p = 0; p < places.length; p++) {
      if (places[p] == basin && Float.isFinite(trail.loss(p))) {
        in[n++] = p;
      }
    }
    if (n * (BLOCKS - 1) < PER_TERM * Chart.terms(d) * BLOCKS) {
      return NONE;
    }
    double[] centre = new double[d];
    double[] scale = new double[d];
    double stretch = standardise(trail, Arrays.copyOf(in, n), centre, scale);
    if (!Double.isFinite(stretch)) {
      return NONE;
    }
    double base = trail.loss(in[0]);
    Fit[] blocks = new Fit[BLOCKS];
    Fit total = new Fit(d);
    double[] x = new double[d];
    for (int b = 0; b < BLOCKS; b++) {
      blocks[b] = new Fit(d);
      for (int k = n * b / BLOCKS; k < n * (b + 1) / BLOCKS; k++) {
        for (int i = 0; i < d; i++) {
          x[i] = trail.at(in[k], i);
        }
        blocks[b].add(x, centre, scale, trail.loss(in[k]) - base);
      }
      total.add(blocks[b], 1);
    }
    double[] all = total.solve();
    double[] sums = new double[2];
    double[] squares = new double[2];
    for (Fit block : blocks) {
      total.add(block, -1);
      double[] without = total.solve();
      total.add(block, 1);
      for (int i = 0; i < 2; i++) {
        double off = without[i] - all[i];
        sums[i] += off;
        squares[i] += off * off;
      }
    }
    double[] error = new double[2];
    for (int i = 0; i < 2; i++) {
      double spread = squares[i] - sums[i] * sums[i] / BLOCKS;
      error[i] = Math.sqrt((BLOCKS - 1.0) / BLOCKS * Math.max(0, spread));
    }
    return new Shape(base + all[0], error[0], all[1] - 2 * stretch, error[1]);
  }

  /** Means and standard deviations; Σ log of the latter, NaN where one is 0. */
  private static double standardise(Trail trail, int[] in, double[] centre, double[] scale) {
    double stretch = 0;
    for (int i = 0; i < centre.length; i++) {
      double origin = trail.at(in[0], i);
      double mean = 0;
      for (int p : in) {
        mean += (trail.at(p, i) - origin) / in.length;
      }
      double squares = 0;
      for (int p : in) {
        double off = trail.at(p, i) - origin - mean;
        squares += off * off;
      }
      centre[i] = origin + mean;
      scale[i] = Math.sqrt(squares / in.length);
      stretch += StrictMath.log(scale[i]);
    }
    return stretch;
  }

  /** Normal equations of a quadratic. */
  private static final class Fit {
    private final int d;
    private final double[] features;
    private final double[] normal;
    private final double[] right;

    Fit(int d) {
      this.d = d;
      features = new double[Chart.terms(d)];
      normal = new double[features.length * features.length];
      right = new double[features.length];
    }

    void add(double[] x, double[] centre, double[] scale, double y) {
      features[0] = 1;
      int k = 1 + d;
      for (int i = 0; i < d; i++) {
        double zi = (x[i] - centre[i]) / scale[i];
        features[1 + i] = zi;
        for (int j = i; j < d; j++) {
          features[k++] = (i == j ? 0.5 : 1) * zi * (x[j] - centre[j]) / scale[j];
        }
      }
      int p = features.length;
      for (int i = 0; i < p; i++) {
        for (int j = 0; j <= i; j++) {
          normal[i * p + j] += features[i] * features[j];
        }
        right[i] += features[i] * y;
      }
    }

    void add(Fit other, double sign) {
      for (int i = 0; i < normal.length; i++) {
        normal[i] += sign * other.normal[i];
      }
      for (int i = 0; i < right.length; i++) {
        right[i] += sign * other.right[i];
      }
    }

    /** The least value and log det H; NaN unless H is positive definite. */
    double[] solve() {
      double[] b = right.clone();
      double[] l = normal.clone();
      if (Double.isNaN(Cholesky.factor(l, b.length, RANK))) {
        return new double[] {Double.NaN, Double.NaN};
      }
      Cholesky.solve(l, b);
      double[] h = new double[d * d];
      double[] z = Arrays.copyOfRange(b, 1, 1 + d);
      int k = 1 + d;
      for (int i = 0; i < d; i++) {
        for (int j = i; j < d; j++) {
          h[j * d + i] = b[k++];
        }
      }
      double logDet = Cholesky.factor(h, d, RANK);
      if (Double.isNaN(logDet)) {
        return new double[] {Double.NaN, Double.NaN};
      }
      Cholesky.solve(h, z);
      double fall = 0;
      for (int i = 0; i < d; i++) {
        fall += 0.5 * z[i] * b[1 + i];
      }
      return new double[] {b[0] - fall, logDet};
    }
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(floor);
    out.writeDouble(floorError);
    out.writeDouble(logCurvature);
    out.writeDouble(curvatureError);
  }

  static Shape readFrom(DataInput in) throws IOException {
    return new Shape(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
  }
}
