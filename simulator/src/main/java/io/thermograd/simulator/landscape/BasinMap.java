package io.thermograd.simulator.landscape;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The basins of attraction of gradient descent with infinitely small steps, the passes between
 * them, and the barriers that follow. Minima are numbered by ascending value. Immutable and
 * thread-safe.
 */
public final class BasinMap {
  /** Local error of the flow, relative to the diameter: a label is wrong only that near a ridge. */
  private static final double FLOW_TOLERANCE = 1e-6;

  private final Geometry geometry;
  private final CriticalPoints critical;
  private final List<CriticalPoint> minima;
  private final double[][] bottoms;
  private final double[] radii;
  private final GradientFlow flow;
  private final List<Pass> passes;

  private BasinMap(Geometry geometry) {
    this.geometry = geometry;
    this.critical = CriticalPointSearch.run(geometry);
    this.minima = critical.minima();
    if (minima.isEmpty()) {
      throw new IllegalArgumentException(
          "landscape should have a minimum in the box: %s has none"
              .formatted(geometry.landscape().name()));
    }
    this.bottoms = minima.stream().map(CriticalPoint::at).toArray(double[][]::new);
    this.radii = new double[bottoms.length];
    for (int m = 0; m < bottoms.length; m++) {
      radii[m] = ConvexBall.radius(geometry, critical, minima.get(m));
    }
    this.flow = new GradientFlow(geometry, FLOW_TOLERANCE);
    this.passes =
        critical.ofIndex(1).stream()
            .filter(saddle -> !saddle.degenerate())
            .map(this::pass)
            .sorted(Comparator.comparingDouble(pass -> pass.saddle().value()))
            .toList();
  }

  /** Searches the box; see {@link CriticalPoints#find}. Flows may leave it by its own size. */
  public static BasinMap of(Landscape landscape, Box box) {
    CriticalPoints.requireFit(landscape, box);
    return new BasinMap(new Geometry.InBox(landscape, box));
  }

  /** The same on the terrain's domain: in its box, or on the unit sphere. */
  public static BasinMap of(Terrain terrain) {
    return new BasinMap(Geometry.of(terrain));
  }

  public Landscape landscape() {
    return geometry.landscape();
  }

  /** All critical points, with the signs of whether they are all. */
  public CriticalPoints critical() {
    return critical;
  }

  /** Number 0 is the lowest. */
  public List<CriticalPoint> minima() {
    return minima;
  }

  /** By ascending value of the saddle. */
  public List<Pass> passes() {
    return passes;
  }

  /** The passes that lead out of a basin, lowest first. */
  public List<Pass> exits(int minimum) {
    requireMinimum("minimum", minimum);
    return passes.stream().filter(pass -> pass.leadsOutOf(minimum)).toList();
  }

  /**
   * The highest pass on the way between two different minima, where the way is chosen so that this
   * pass is as low as possible. Empty if no way is known.
   */
  public Optional<Pass> bottleneck(int from, int to) {
    requireMinimum("from", from);
    requireMinimum("to", to);
    int[] component = new int[minima.size()];
    for (int m = 0; m < component.length; m++) {
      component[m] = m;
    }
    // Rising water: the pass at which the two lakes first meet.
    for (Pass pass : passes) {
      if (pass.a() < 0 || pass.b() < 0) {
        continue;
      }
      int merged = component[pass.a()];
      int into = component[pass.b()];
      for (int m = 0; m < component.length; m++) {
        component[m] = component[m] == merged ? into : component[m];
      }
      if (component[from] == component[to] && from != to) {
        return Optional.of(pass);
      }
    }
    return Optional.empty();
  }

  /**
   * How far f has to rise on the easiest way from one minimum to another: value of the bottleneck
   * minus that of {@code from}. 0 to itself, infinite if no way is known.
   */
  public double barrier(int from, int to) {
    if (from == to) {
      requireMinimum("from", from);
      return 0;
    }
    return bottleneck(from, to)
        .map(pass -> pass.saddle().value() - minima.get(from).value())
        .orElse(Double.POSITIVE_INFINITY);
  }

  /**
   * The number of the minimum that −∇f leads to, or −1 if it leads away. Points that the flow
   * cannot move, such as saddles, belong to the minimum that is nearest in value, and then in
   * space.
   */
  public int basinOf(double[] x) {
    double[] end = Checks.vector("x", x, geometry.dim());
    geometry.retract(end);
    boolean[] away = new boolean[1];
    flow.follow(
        end,
        y -> {
          away[0] = isAway(y);
          return away[0] || captured(y) >= 0;
        });
    if (away[0]) {
      return -1;
    }
    int captured = captured(end);
    return captured >= 0 ? captured : nearest(end);
  }

  private boolean isAway(double[] x) {
    for (double[] bottom : bottoms) {
      if (Vectors.distance(bottom, x) <= 2 * geometry.diameter()) {
        return false;
      }
    }
    return true;
  }

  /** Minimum within whose convex ball x lies, or −1. */
  private int captured(double[] x) {
    for (int m = 0; m < bottoms.length; m++) {
      double square = 0;
      for (int i = 0; i < x.length; i++) {
        square += (x[i] - bottoms[m][i]) * (x[i] - bottoms[m][i]);
      }
      if (square <= radii[m] * radii[m]) {
        return m;
      }
    }
    return -1;
  }

  private int nearest(double[] x) {
    double value = geometry.landscape().value(x);
    double scale = 1e-6 * (1 + Math.abs(value));
    List<Integer> order = new ArrayList<>();
    for (int m = 0; m < bottoms.length; m++) {
      order.add(m);
    }
    return order.stream()
        .min(
            Comparator.<Integer>comparingDouble(
                    m -> Math.rint(Math.abs(minima.get(m).value() - value) / scale))
                .thenComparingDouble(m -> Vectors.distance(bottoms[m], x)))
        .orElseThrow();
  }

  private Pass pass(CriticalPoint saddle) {
    double step = 1e-4 * geometry.diameter();
    for (CriticalPoint other : critical.points()) {
      double distance = Vectors.distance(other.at(), saddle.at());
      if (distance > 0) {
        step = Math.min(step, 1e-3 * distance);
      }
    }
    double[] down = geometry.eigen(saddle.at()).vectors()[0];
    double[] forth = saddle.at();
    double[] back = saddle.at();
    Vectors.axpy(step, down, forth);
    Vectors.axpy(-step, down, back);
    int a = basinOf(forth);
    int b = basinOf(back);
    return new Pass(saddle, Math.min(a, b), Math.max(a, b));
  }

  private void requireMinimum(String name, int minimum) {
    if (minimum < 0 || minimum >= minima.size()) {
      throw new IllegalArgumentException(
          "%s should be in 0..%d: was %d".formatted(name, minima.size() - 1, minimum));
    }
  }
}
