package io.thermograd.simulator.landscape;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * f(x) = g(x) − Σ_j a_j exp(−‖x − c_j‖²/(2w_j²)): holes of chosen depth and width in a background
 * g, which has to confine, because a hole's pull fades with the distance.
 */
public final class GaussianWells implements Landscape {
  /** e^−45 is 2⁻⁶⁵: what is left out there is lost to rounding at the depth of the well. */
  private static final double FADED = -45;

  private final String name;
  private final Landscape background;
  private final double[][] centres;
  private final double[] depths;
  private final double[] widths;

  /**
   * @param background g
   * @param centres c_j, one row for each well
   * @param depths a_j > 0, in units of f
   * @param widths w_j > 0, in units of x
   */
  public GaussianWells(
      String name, Landscape background, double[][] centres, double[] depths, double[] widths) {
    this.name = name;
    this.background = background;
    this.depths = Checks.positives("depths", depths);
    this.widths = Checks.positives("widths", widths);
    if (centres.length != depths.length || centres.length != widths.length) {
      throw new IllegalArgumentException(
          "centres, depths and widths should be as many: were %d, %d and %d"
              .formatted(centres.length, depths.length, widths.length));
    }
    this.centres =
        IntStream.range(0, centres.length)
            .mapToObj(j -> Checks.vector("centres[" + j + "]", centres[j], background.dim()))
            .toArray(double[][]::new);
  }

  /**
   * Four wells at (±1, ±1) that differ in width only. The background {@link Corners} gives them
   * equal saddles, and the depths are such that all four minima have the value −depth, whatever the
   * neighbours' tails add. As long as the widths stay below 0.35 the saddles differ by less than 2
   * % of the depth, so that escape rates differ by √det H alone.
   *
   * @param widths of the wells at (1, 1), (−1, 1), (−1, −1), (1, −1)
   */
  public static GaussianWells fourWells(double barrier, double depth, double... widths) {
    double[][] centres = {{1, 1}, {-1, 1}, {-1, -1}, {1, -1}};
    Checks.vector("widths", widths, 4);
    Checks.positive("depth", depth);
    double[] depths = new double[4];
    Arrays.fill(depths, depth);
    Corners background = new Corners(2, barrier);
    // The tails are small, so that subtracting what they add converges like their square.
    for (int pass = 0; pass < 30; pass++) {
      GaussianWells wells = new GaussianWells("four-wells", background, centres, depths, widths);
      for (int j = 0; j < 4; j++) {
        depths[j] += wells.value(wells.bottom(centres[j])) + depth;
      }
    }
    return new GaussianWells("four-wells", background, centres, depths, widths);
  }

  /** The minimum near a well's centre, by Newton's method. */
  private double[] bottom(double[] centre) {
    double[] x = centre.clone();
    double[] g = new double[2];
    double[][] h = new double[2][2];
    for (int pass = 0; pass < 20; pass++) {
      gradient(x, g);
      hessian(x, h);
      double det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
      x[0] -= (h[1][1] * g[0] - h[0][1] * g[1]) / det;
      x[1] -= (h[0][0] * g[1] - h[1][0] * g[0]) / det;
    }
    return x;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int dim() {
    return background.dim();
  }

  @Override
  public double value(double[] x) {
    double sum = background.value(x);
    for (int j = 0; j < depths.length; j++) {
      sum -= depths[j] * bell(square(j, x, 1, 0), widths[j] * widths[j]);
    }
    return sum;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    background.gradient(x, gradient);
    for (int j = 0; j < depths.length; j++) {
      double pull = pull(j, x);
      if (pull != 0) {
        for (int i = 0; i < x.length; i++) {
          gradient[i] += pull * (x[i] - centres[j][i]);
        }
      }
    }
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    background.hessian(x, hessian);
    for (int j = 0; j < depths.length; j++) {
      double pull = pull(j, x);
      double square = widths[j] * widths[j];
      for (int i = 0; i < x.length; i++) {
        hessian[i][i] += pull;
        for (int k = 0; k < x.length; k++) {
          hessian[i][k] -= pull / square * ((x[i] - centres[j][i]) * (x[k] - centres[j][k]));
        }
      }
    }
  }

  @Override
  public void values(double[] x, int replicas, double[] values) {
    background.values(x, replicas, values);
    for (int j = 0; j < depths.length; j++) {
      double w2 = widths[j] * widths[j];
      for (int r = 0; r < replicas; r++) {
        values[r] -= depths[j] * bell(square(j, x, replicas, r), w2);
      }
    }
  }

  @Override
  public void gradients(double[] x, int replicas, double[] gradients) {
    background.gradients(x, replicas, gradients);
    for (int j = 0; j < depths.length; j++) {
      double[] centre = centres[j];
      double w2 = widths[j] * widths[j];
      for (int r = 0; r < replicas; r++) {
        double pull = depths[j] / w2 * bell(square(j, x, replicas, r), w2);
        if (pull != 0) {
          for (int i = 0; i < centre.length; i++) {
            gradients[i * replicas + r] += pull * (x[i * replicas + r] - centre[i]);
          }
        }
      }
    }
  }

  /** a_j/w_j² · exp(−‖x − c_j‖²/(2w_j²)). */
  private double pull(int j, double[] x) {
    double w2 = widths[j] * widths[j];
    return depths[j] / w2 * bell(square(j, x, 1, 0), w2);
  }

  private double square(int j, double[] x, int replicas, int r) {
    double[] centre = centres[j];
    double square = 0;
    for (int i = 0; i < centre.length; i++) {
      double u = x[i * replicas + r] - centre[i];
      square += u * u;
    }
    return square;
  }

  private static double bell(double square, double w2) {
    double exponent = -0.5 * square / w2;
    return exponent < FADED ? 0 : StrictMath.exp(exponent);
  }
}
