package io.thermograd.detect.basin;

import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Which basin a place belongs to: the slowest coordinates y = Wx, cut into cells around at most
 * {@value #MOST_CELLS} microstates, each with the local quadratic of the mean loss
 *
 * <pre>  U(y) ≈ u₀ + g·z + ½ zᵀHz,   z = (y − centre)/width</pre>
 *
 * and the number of its basin. A place is in the core of a basin where U is less than half the
 * height of the lowest pass above its minimum. Immutable; O(cells) a look-up.
 */
final class Chart {
  static final int MOST_CELLS = 256;
  static final int MOST_DIMS = 3;

  /** Beyond so many cell radii from every microstate nothing is known. */
  private static final double FAR = 3;

  private final double[][] directions;
  private final double[] scale;
  private final double radius;
  private final double[] centres;
  private final double[] widths;
  private final double[] surfaces;
  private final byte[] labels;
  private final Minimum[] minima;

  /**
   * @param directions W
   * @param scale of each coordinate: its root mean square difference from point to point
   * @param radius of a cell, in these scales
   * @param centres of the microstates, one after another, in these scales
   * @param widths of their quadratics
   * @param surfaces u₀, g and the upper triangle of H row by row, one after another
   * @param labels basins from 1
   * @param minima of the basins, from 1
   */
  Chart(
      double[][] directions,
      double[] scale,
      double radius,
      double[] centres,
      double[] widths,
      double[] surfaces,
      byte[] labels,
      Minimum[] minima) {
    this.directions = directions;
    this.scale = scale;
    this.radius = radius;
    this.centres = centres;
    this.widths = widths;
    this.surfaces = surfaces;
    this.labels = labels;
    this.minima = minima;
  }

  /** Coefficients of a quadratic in d dimensions. */
  static int terms(int d) {
    return 1 + d + d * (d + 1) / 2;
  }

  int dims() {
    return directions.length;
  }

  int basins() {
    return minima.length;
  }

  int cells() {
    return labels.length;
  }

  double floor(int basin) {
    return minima[basin - 1].floor();
  }

  /** y at the minimum. */
  double[] bottom(int basin) {
    return minima[basin - 1].at();
  }

  Shape shape(int basin) {
    return minima[basin - 1].shape();
  }

  double[][] directions() {
    return directions;
  }

  /** y = Wx. */
  void slow(double[] x, double[] y) {
    for (int i = 0; i < directions.length; i++) {
      double sum = 0;
      for (int j = 0; j < directions[i].length; j++) {
        sum += directions[i][j] * x[j];
      }
      y[i] = sum;
    }
  }

  /** b in the core of basin b, −b elsewhere on its side, 0 far from everywhere. */
  int place(double[] y) {
    int d = directions.length;
    int nearest = 0;
    double best = Double.POSITIVE_INFINITY;
    for (int c = 0; c < labels.length; c++) {
      double sum = 0;
      for (int i = 0; i < d; i++) {
        double z = y[i] / scale[i] - centres[c * d + i];
        sum += z * z;
      }
      if (sum < best) {
        best = sum;
        nearest = c;
      }
    }
    return best > FAR * FAR * radius * radius ? 0 : place(nearest, y);
  }

  /** The same for a place whose nearest microstate is known. */
  int place(int nearest, double[] y) {
    int basin = labels[nearest];
    if (basin == 0) {
      return 0;
    }
    return level(nearest, y) < minima[basin - 1].core() ? basin : -basin;
  }

  /** U by the quadratic of a cell. */
  private double level(int cell, double[] y) {
    int d = directions.length;
    int p = terms(d);
    int at = cell * p;
    double u = surfaces[at];
    int quadratic = at + 1 + d;
    for (int i = 0; i < d; i++) {
      double zi = (y[i] / scale[i] - centres[cell * d + i]) / widths[cell];
      u += surfaces[at + 1 + i] * zi;
      for (int j = i; j < d; j++) {
        double zj = (y[j] / scale[j] - centres[cell * d + j]) / widths[cell];
        u += surfaces[quadratic++] * zi * zj;
      }
    }
    return u;
  }

  /** The same with basins called by other numbers, from 1; number 0 drops a basin. */
  Chart renamed(int[] number) {
    int k = Arrays.stream(number).max().orElse(0);
    byte[] called = labels.clone();
    for (int c = 0; c < called.length; c++) {
      called[c] = (byte) (called[c] == 0 ? 0 : number[called[c] - 1]);
    }
    Minimum[] next = new Minimum[k];
    for (int b = 0; b < number.length; b++) {
      if (number[b] > 0) {
        next[number[b] - 1] = minima[b];
      }
    }
    return with(directions, called, next);
  }

  /** The same in coordinates that were turned, x ← Rx. */
  Chart turned(double[][] r) {
    double[][] next = new double[directions.length][r.length];
    for (int i = 0; i < directions.length; i++) {
      for (int a = 0; a < r.length; a++) {
        for (int b = 0; b < r.length; b++) {
          next[i][a] += directions[i][b] * r[a][b];
        }
      }
    }
    return with(next, labels, minima);
  }

  /** The same with the shapes of its basins known. */
  Chart shaped(Shape[] shapes) {
    Minimum[] next = new Minimum[minima.length];
    for (int b = 0; b < next.length; b++) {
      Minimum m = minima[b];
      next[b] = new Minimum(m.floor(), m.pass(), m.at(), shapes[b]);
    }
    return with(directions, labels, next);
  }

  private Chart with(double[][] newDirections, byte[] newLabels, Minimum[] newMinima) {
    return new Chart(newDirections, scale, radius, centres, widths, surfaces, newLabels, newMinima);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(directions.length);
    out.writeInt(directions[0].length);
    out.writeInt(labels.length);
    out.writeInt(minima.length);
    out.writeDouble(radius);
    for (double[] row : directions) {
      StateArrays.write(out, row);
    }
    for (double[] a : new double[][] {scale, centres, widths, surfaces}) {
      StateArrays.write(out, a);
    }
    for (Minimum minimum : minima) {
      minimum.writeTo(out);
    }
    out.write(labels);
  }

  static Chart readFrom(DataInput in) throws IOException {
    int d = in.readInt();
    int width = in.readInt();
    int cells = in.readInt();
    int k = in.readInt();
    if (d < 1 || d > MOST_DIMS || width > Trail.WIDTH || cells > MOST_CELLS || k > cells) {
      throw new IOException(
          "state claims a chart of " + d + " × " + width + ", " + cells + " cells, " + k);
    }
    double radius = in.readDouble();
    double[][] directions = new double[d][width];
    for (double[] row : directions) {
      StateArrays.read(in, row);
    }
    double[][] arrays = {
      new double[d], new double[cells * d], new double[cells], new double[cells * terms(d)]
    };
    for (double[] a : arrays) {
      StateArrays.read(in, a);
    }
    Minimum[] minima = new Minimum[k];
    for (int b = 0; b < k; b++) {
      minima[b] = Minimum.readFrom(in, d);
    }
    byte[] labels = new byte[cells];
    in.readFully(labels);
    return new Chart(
        directions, arrays[0], radius, arrays[1], arrays[2], arrays[3], labels, minima);
  }
}
