package io.thermograd.theory;

/**
 * How much of its time a process at temperature T spends around each minimum.
 *
 * <p>Stateless and thread-safe.
 */
public final class BasinOccupation {
  private BasinOccupation() {}

  /** Names the basin of a point: 0 … n−1, or −1 for none. */
  @FunctionalInterface
  public interface Labels {
    int at(double x, double y);
  }

  /**
   * Harmonic (Laplace) occupation of n minima: π_i ∝ e^{−L_i/T}/√det H_i, 1 in sum. No further
   * volume factor: the Gaussian integral is the volume (QUANTITIES.md, section 9.8). Relative error
   * O(T): anharmonic terms and the mass between the basins.
   *
   * @param losses L_i at the minima
   * @param hessians H_i, symmetric and positive definite, all of one dimension
   * @param temperature T > 0, in units of the loss
   */
  public static double[] harmonic(double[] losses, double[][][] hessians, double temperature) {
    Checks.positive("temperature", temperature);
    Checks.atLeast("number of losses", 1, losses.length);
    if (hessians.length != losses.length) {
      throw new IllegalArgumentException(
          "number of hessians should be that of losses %d: was %d"
              .formatted(losses.length, hessians.length));
    }
    double[] logWeights = new double[losses.length];
    for (int i = 0; i < losses.length; i++) {
      Checks.finite("losses[" + i + "]", losses[i]);
      String name = "hessians[" + i + "]";
      if (hessians[i].length != hessians[0].length) {
        throw new IllegalArgumentException(
            "%s should have %d rows: had %d"
                .formatted(name, hessians[0].length, hessians[i].length));
      }
      // Relative to the first: L/T alone may be so large that the determinant drowns.
      logWeights[i] =
          (losses[0] - losses[i]) / temperature - 0.5 * logDeterminant(name, hessians[i]);
    }
    return LogDomain.normalize("log weight", logWeights);
  }

  /**
   * π_A/π_B = √(det H_B/det H_A)·e^{(L_B−L_A)/T}; may overflow to infinity or underflow to 0.
   *
   * @param temperature T > 0
   */
  public static double ratio(
      double lossA, double[][] hessianA, double lossB, double[][] hessianB, double temperature) {
    Checks.finite("loss A", lossA);
    Checks.finite("loss B", lossB);
    Checks.positive("temperature", temperature);
    double logDetA = logDeterminant("hessian A", hessianA);
    double logDetB = logDeterminant("hessian B", hessianB);
    if (hessianA.length != hessianB.length) {
      throw new IllegalArgumentException(
          "hessian B should have %d rows: had %d".formatted(hessianA.length, hessianB.length));
    }
    return StrictMath.exp((lossB - lossA) / temperature + 0.5 * (logDetB - logDetA));
  }

  /**
   * Basin probabilities of a density in the plane, by the midpoint rule over a grid whose cells are
   * labelled at their centres. The error is O(h²) in the cell width h from the curvature of the
   * density (far less where it vanishes towards the grid's edge) plus, where basins meet, at most
   * the probability of the cells that a boundary crosses.
   *
   * @param logWeight log of the unnormalised density, for example −U/T
   * @param basins n; labels are −1 … n−1
   * @return n probabilities; 1 in sum, less what lies in no basin
   */
  public static double[] onGrid(Grid2d grid, Plane logWeight, Labels labels, int basins) {
    Checks.atLeast("basins", 1, basins);
    double[] p = LogDomain.normalize("log weight", grid.sample(logWeight));
    double[] occupation = new double[basins];
    for (int i = 0; i < grid.x().cells(); i++) {
      for (int j = 0; j < grid.y().cells(); j++) {
        int label = labels.at(grid.x().centre(i), grid.y().centre(j));
        if (label < -1 || label >= basins) {
          throw new IllegalArgumentException(
              "label should be between -1 and %d: was %d".formatted(basins - 1, label));
        }
        if (label >= 0) {
          occupation[label] += p[grid.cell(i, j)];
        }
      }
    }
    return occupation;
  }

  private static double logDeterminant(String name, double[][] m) {
    SymmetricEigen eigen = Checks.positiveDefinite(name, m);
    double sum = 0;
    for (int i = 0; i < m.length; i++) {
      sum += StrictMath.log(eigen.value(i));
    }
    return sum;
  }
}
