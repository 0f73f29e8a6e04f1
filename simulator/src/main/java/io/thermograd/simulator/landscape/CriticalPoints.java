package io.thermograd.simulator.landscape;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * The minima, saddles and maxima of a landscape, searched for, with two signs of whether the search
 * found them all.
 *
 * @param points by ascending value, and by coordinates where values agree to 10⁻⁹ of their range;
 *     of a continuum of equal points, one
 * @param unseen estimated probability that one more start would have led to a new point: the share
 *     of starts that found what no other start found (Good–Turing)
 * @param indexSum Σ (−1)^index over the points
 * @param degree what {@code indexSum} has to be, by Poincaré and Hopf: how often ∇f turns around on
 *     the border of the box, 1 if it points outwards everywhere; on the sphere Euler's
 *     characteristic. Empty where this was not determined: a point is degenerate, or in three and
 *     more dimensions ∇f does not point outwards
 */
public record CriticalPoints(
    List<CriticalPoint> points, double unseen, int indexSum, OptionalInt degree) {
  public CriticalPoints {
    double low = points.stream().mapToDouble(CriticalPoint::value).min().orElse(0);
    double high = points.stream().mapToDouble(CriticalPoint::value).max().orElse(0);
    double unit = 1e-9 * Math.max(high - low, 1e-3 * Math.max(Math.abs(low), Math.abs(high)));
    // Values that differ by rounding only should not decide the order.
    points =
        points.stream()
            .sorted(
                Comparator.<CriticalPoint>comparingDouble(
                        point -> unit == 0 ? 0 : Math.rint((point.value() - low) / unit))
                    .thenComparing(
                        CriticalPoint::at, (a, b) -> Arrays.compare(rounded(a), rounded(b))))
            .toList();
  }

  private static double[] rounded(double[] x) {
    // Adding 0 makes −0 and 0 one.
    return Arrays.stream(x).map(u -> Math.rint(u * 1e6) + 0.0).toArray();
  }

  /**
   * Searches the box from 500·d evenly spread starts, by damped Newton steps on ∇f = 0 that
   * converge to points of every index. Positions are exact to rounding: ‖∇f‖ can be made no smaller
   * there. Cost: a few ten thousand Hessians with their eigenvalues, O(d³) each.
   */
  public static CriticalPoints find(Landscape landscape, Box box) {
    requireFit(landscape, box);
    return CriticalPointSearch.run(new Geometry.InBox(landscape, box));
  }

  /** The same on the terrain's domain: in its box, or on the unit sphere. */
  public static CriticalPoints find(Terrain terrain) {
    return CriticalPointSearch.run(Geometry.of(terrain));
  }

  /** Those of one index; those of index 0 include degenerate ones. */
  public List<CriticalPoint> ofIndex(int index) {
    return points.stream().filter(point -> point.index() == index).toList();
  }

  public List<CriticalPoint> minima() {
    return ofIndex(0);
  }

  /** Whether the sum of indices is what it has to be. False where that is not known. */
  public boolean balanced() {
    return degree.isPresent() && degree.getAsInt() == indexSum;
  }

  static void requireFit(Landscape landscape, Box box) {
    if (box.dim() != landscape.dim()) {
      throw new IllegalArgumentException(
          "box should have %d dimensions: had %d".formatted(landscape.dim(), box.dim()));
    }
  }
}
