package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.FirstPassage;
import io.thermograd.simulator.landscape.BasinMap;
import io.thermograd.simulator.landscape.CriticalPoint;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Landscapes;
import io.thermograd.simulator.landscape.Terrain;
import io.thermograd.theory.FokkerPlanck2d;
import io.thermograd.theory.Grid2d;
import io.thermograd.theory.GridAxis;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * What theory has to say on the terrain {@code four-wells}: one well in each quadrant, of equal
 * depth, behind equal saddles on the axes. Wells are numbered from the widest to the narrowest.
 */
final class FourWells {
  /**
   * A path that gets this far beyond an axis has crossed the saddle for good: f is 0.6 lower there.
   */
  private static final double BEYOND = 0.6;

  /** f exceeds the saddle by 4.8 there: nobody comes. */
  private static final double WALL = 1.85;

  private final Landscape f;
  private final BasinMap map;
  private final int[] minimum;

  FourWells() {
    Terrain terrain = Landscapes.named("four-wells");
    this.f = terrain.landscape();
    this.map = BasinMap.of(terrain);
    this.minimum =
        IntStream.range(0, map.minima().size())
            .boxed()
            .sorted(Comparator.comparingDouble(m -> map.minima().get(m).determinant()))
            .mapToInt(m -> m)
            .toArray();
  }

  Landscape landscape() {
    return f;
  }

  int count() {
    return minimum.length;
  }

  /** The bottom of a well. */
  double[] at(int well) {
    return point(well).at();
  }

  /** √det H; the wells are round, so that this is also the curvature in every direction. */
  double rootDeterminant(int well) {
    return StrictMath.sqrt(point(well).determinant());
  }

  /** ΔU to the lower of the two passes. */
  double barrier(int well) {
    return map.exits(minimum[well]).get(0).saddle().value() - point(well).value();
  }

  private CriticalPoint point(int well) {
    return map.minima().get(minimum[well]);
  }

  /** Everything beyond {@value #BEYOND} on the other side of either axis. */
  FirstPassage.Region away(int well) {
    double signX = Math.signum(at(well)[0]);
    double signY = Math.signum(at(well)[1]);
    return (x, replicas, r) -> signX * x[r] < -BEYOND || signY * x[replicas + r] < -BEYOND;
  }

  double eyringKramers(int well, double temperature) {
    return BasinEscape.eyringKramers(map, minimum[well], temperature);
  }

  /** The exact mean time to get away, by the backward equation on cells × cells. */
  double exact(int well, double temperature, int cells) {
    Grid2d grid = grid(well, BEYOND + 0.05, cells);
    boolean[] target = new boolean[grid.cells()];
    FirstPassage.Region away = away(well);
    double[] x = new double[2];
    for (int i = 0; i < cells; i++) {
      for (int j = 0; j < cells; j++) {
        x[0] = grid.x().centre(i);
        x[1] = grid.y().centre(j);
        target[grid.cell(i, j)] = away.contains(x, 1, 0);
      }
    }
    double[] bottom = at(well);
    return FokkerPlanck2d.additive(grid, this::value, temperature)
        .meanHittingTime(target)[grid.cell(bottom[0], bottom[1])];
  }

  /**
   * The well's integral ∫e^{−(f−f_min)/T} over its quadrant, divided by 2πT/√det H, what its
   * parabola gives.
   */
  double anharmonicity(int well, double temperature) {
    double[] integrals = integrals(well, temperature);
    return integrals[0] * rootDeterminant(well) / (2 * Math.PI * temperature);
  }

  /**
   * By how much a step η prolongs the stay: τ_η = τ(1 + η·this) to first order. The flow over the
   * saddle goes by the density there relative to the well's, which a step changes by η(φ(saddle) −
   * ⟨φ⟩).
   */
  double slowing(int well, double temperature) {
    double[] integrals = integrals(well, temperature);
    double[] saddle = map.exits(minimum[well]).get(0).saddle().at();
    return integrals[1] / integrals[0] - IterateLaw.correction(f, saddle, temperature);
  }

  /** ∫e^{−(f−f_min)/T} and ∫φe^{−(f−f_min)/T} over the quadrant, by the midpoint rule. */
  private double[] integrals(int well, double temperature) {
    Grid2d grid = grid(well, 0, 400);
    double lowest = point(well).value();
    double sum = 0;
    double weighted = 0;
    for (double x : grid.x().centres()) {
      for (double y : grid.y().centres()) {
        double weight = StrictMath.exp((lowest - value(x, y)) / temperature);
        sum += weight;
        weighted += weight * IterateLaw.correction(f, new double[] {x, y}, temperature);
      }
    }
    return new double[] {sum * grid.area(), weighted * grid.area()};
  }

  private double value(double x, double y) {
    return f.value(new double[] {x, y});
  }

  /** The well's quadrant, and a strip of the neighbours'. */
  private Grid2d grid(int well, double strip, int cells) {
    GridAxis[] axes =
        Arrays.stream(at(well))
            .mapToObj(
                u -> u > 0 ? new GridAxis(-strip, WALL, cells) : new GridAxis(-WALL, strip, cells))
            .toArray(GridAxis[]::new);
    return new Grid2d(axes[0], axes[1]);
  }
}
