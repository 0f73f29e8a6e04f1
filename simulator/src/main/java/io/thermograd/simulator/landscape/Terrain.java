package io.thermograd.simulator.landscape;

import java.util.List;

/**
 * A landscape with where to look at it.
 *
 * @param about one line for a list of landscapes
 * @param domain where its points live
 * @param box contains every critical point
 * @param starts sensible starting points, at least one; the first is a usual bad start
 */
public record Terrain(
    Landscape landscape, String about, Domain domain, Box box, List<double[]> starts) {

  /** Where points live. */
  public enum Domain {
    SPACE,
    /** ‖x‖ = 1; the landscape is the function of the surrounding space. */
    UNIT_SPHERE
  }

  public Terrain {
    CriticalPoints.requireFit(landscape, box);
    starts = starts.stream().map(x -> Checks.vector("starts", x, landscape.dim())).toList();
    if (starts.isEmpty()) {
      throw new IllegalArgumentException("starts should hold a point: held none");
    }
  }

  static Terrain inSpace(Landscape landscape, String about, Box box, double[]... starts) {
    return new Terrain(landscape, about, Domain.SPACE, box, List.of(starts));
  }

  public String name() {
    return landscape.name();
  }
}
