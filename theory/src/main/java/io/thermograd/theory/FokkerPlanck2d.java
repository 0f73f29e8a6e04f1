package io.thermograd.theory;

/**
 * The Fokker–Planck equation ∂p/∂t = Σ_i ∂_i(p ∂_iU + ∂_i(D_i p)) in a rectangle with reflecting
 * edges; the scheme of {@link FokkerPlanck1d} along both axes, second order in the spacing. Cells
 * are numbered as in {@link Grid2d}; put the axis with fewer cells second, since implicit steps
 * cost its square.
 *
 * <p>Stateless and thread-safe.
 */
public final class FokkerPlanck2d {
  private FokkerPlanck2d() {}

  /**
   * Constant isotropic noise: D = T, stationary law e^{−U/T}.
   *
   * @param temperature T > 0
   */
  public static JumpProcess additive(Grid2d grid, Plane energy, double temperature) {
    Checks.positive("temperature", temperature);
    double[] potential = finite("energy", grid.sample(energy));
    double[] diffusion = new double[potential.length];
    for (int k = 0; k < potential.length; k++) {
      potential[k] /= temperature;
      diffusion[k] = temperature;
    }
    return reversible(grid, potential, diffusion);
  }

  /**
   * Noise in proportion to the loss, D = sL: potential ∫dL/(sL) = log(L)/s, stationary law
   * L^{−1−1/s}, the power law of {@link Occupation1d#powerLawExponent}.
   *
   * @param loss L > 0 at the centres
   * @param diffusionPerLoss s = ηcσ²/(2B) > 0
   */
  public static JumpProcess lossProportional(Grid2d grid, Plane loss, double diffusionPerLoss) {
    Checks.positive("diffusion per loss", diffusionPerLoss);
    double[] losses = grid.sample(loss);
    double[] potential = new double[losses.length];
    double[] diffusion = new double[losses.length];
    for (int k = 0; k < losses.length; k++) {
      double l = losses[k];
      potential[k] = StrictMath.log(Checks.positive("loss", l)) / diffusionPerLoss;
      diffusion[k] = diffusionPerLoss * l;
    }
    return reversible(grid, potential, diffusion);
  }

  /**
   * Any drift and any diagonal diffusion, in Itô's sense. There is no detailed balance in general:
   * the stationary law is solved for, and carries a current.
   *
   * @param slopeX minus the drift along x: ∂U/∂x, for a gradient
   * @param slopeY minus the drift along y
   * @param diffusionX D_x > 0
   * @param diffusionY D_y > 0
   */
  public static JumpProcess ito(
      Grid2d grid, Plane slopeX, Plane slopeY, Plane diffusionX, Plane diffusionY) {
    Edges edges = new Edges(grid);
    for (int i = 0; i < grid.x().cells(); i++) {
      for (int j = 0; j < grid.y().cells(); j++) {
        double x = grid.x().centre(i);
        double y = grid.y().centre(j);
        if (i + 1 < grid.x().cells()) {
          double next = grid.x().centre(i + 1);
          double rise =
              GaussLegendre.integrate(
                  u -> slopeX.at(u, y) / Checks.positive("diffusion x", diffusionX.at(u, y)),
                  x,
                  next);
          edges.alongX(i, j, rise, diffusionX.at(x, y), diffusionX.at(next, y));
        }
        if (j + 1 < grid.y().cells()) {
          double next = grid.y().centre(j + 1);
          double rise =
              GaussLegendre.integrate(
                  u -> slopeY.at(x, u) / Checks.positive("diffusion y", diffusionY.at(x, u)),
                  y,
                  next);
          edges.alongY(i, j, rise, diffusionY.at(x, y), diffusionY.at(x, next));
        }
      }
    }
    return edges.process(new double[0]);
  }

  private static JumpProcess reversible(Grid2d grid, double[] potential, double[] diffusion) {
    Edges edges = new Edges(grid);
    double[] logStationary = new double[potential.length];
    for (int i = 0; i < grid.x().cells(); i++) {
      for (int j = 0; j < grid.y().cells(); j++) {
        int here = grid.cell(i, j);
        logStationary[here] = -potential[here] - StrictMath.log(diffusion[here]);
        if (i + 1 < grid.x().cells()) {
          int next = grid.cell(i + 1, j);
          edges.alongX(i, j, potential[next] - potential[here], diffusion[here], diffusion[next]);
        }
        if (j + 1 < grid.y().cells()) {
          int next = grid.cell(i, j + 1);
          edges.alongY(i, j, potential[next] - potential[here], diffusion[here], diffusion[next]);
        }
      }
    }
    return edges.process(logStationary);
  }

  private static double[] finite(String name, double[] values) {
    for (double v : values) {
      Checks.finite(name, v);
    }
    return values;
  }

  /** Edges of a rectangle: all along x, cell by cell, then all along y. */
  private static final class Edges {
    private final Grid2d grid;
    private final int[] from;
    private final int[] to;
    private final double[] forward;
    private final double[] backward;

    Edges(Grid2d grid) {
      this.grid = grid;
      int edges = 2 * grid.cells() - grid.x().cells() - grid.y().cells();
      from = new int[edges];
      to = new int[edges];
      forward = new double[edges];
      backward = new double[edges];
    }

    void alongX(int i, int j, double rise, double here, double there) {
      int edge = i * grid.y().cells() + j;
      put(edge, grid.cell(i, j), grid.cell(i + 1, j), rise, here, there, grid.x().spacing());
    }

    void alongY(int i, int j, double rise, double here, double there) {
      int edge = (grid.x().cells() - 1) * grid.y().cells() + i * (grid.y().cells() - 1) + j;
      put(edge, grid.cell(i, j), grid.cell(i, j + 1), rise, here, there, grid.y().spacing());
    }

    private void put(
        int edge, int cell, int next, double rise, double here, double there, double spacing) {
      from[edge] = cell;
      to[edge] = next;
      forward[edge] = ScharfetterGummel.rate(here, rise, spacing);
      backward[edge] = ScharfetterGummel.rate(there, -rise, spacing);
    }

    JumpProcess process(double[] logStationary) {
      return new JumpProcess(grid.cells(), from, to, forward, backward, logStationary);
    }
  }
}
