package io.thermograd.wire;

import java.util.List;

/**
 * The basins that a run has been seen in, numbered from 1 in the order of their discovery.
 *
 * @param current the one it is in; 0 while it is between them
 * @param transitions from core to core so far
 * @param occupation share of the time spent in each, adding up to 1
 * @param meanDwellSteps mean stay in each, steps; NaN where no stay has ended
 * @param validated whether the model passes its own check; no claim rests on it otherwise
 * @param position the run's place in the two slowest coordinates
 * @param centres of the basins, in these coordinates
 * @param flows transitions seen between basins, those that occurred
 */
public record BasinReport(
    int current,
    int count,
    long transitions,
    List<Double> occupation,
    List<Double> meanDwellSteps,
    boolean validated,
    Point position,
    List<Point> centres,
    List<Flow> flows) {

  /** A place in the two slowest coordinates, root mean squares of parameters. */
  public record Point(double x, double y) {}

  /** How often the run went from one basin to another. */
  public record Flow(int from, int to, long count) {}

  public BasinReport {
    if (count < 0 || current < 0 || current > count) {
      throw new IllegalArgumentException(
          "basin should be between 0 and their count: was " + current + " of " + count);
    }
    occupation = List.copyOf(occupation);
    meanDwellSteps = List.copyOf(meanDwellSteps);
    centres = List.copyOf(centres);
    flows = List.copyOf(flows);
    if (occupation.size() != count || meanDwellSteps.size() != count || centres.size() != count) {
      throw new IllegalArgumentException(
          "every basin should have an occupation, a stay and a centre: of "
              + count
              + " there were "
              + occupation.size()
              + ", "
              + meanDwellSteps.size()
              + " and "
              + centres.size());
    }
  }
}
