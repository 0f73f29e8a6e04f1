package io.thermograd.simulator.scenario;

import io.thermograd.wire.Regime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is true about a run, known without any estimation from its events.
 *
 * @param description what the scenario is about
 * @param steps taken
 * @param ending how the run ended: completed, failed or stopped
 * @param settings of the training, by name
 * @param moments when something begins, peaks or ends, by rising step
 * @param regimes where the regime is beyond doubt
 * @param quantities exact values, by name
 * @param basins the landscape's minima, empty where they are not known
 * @param passages between neighbouring basins
 * @param visits the basins in the order in which they were visited
 */
public record Truth(
    String scenario,
    String description,
    String runId,
    long seed,
    long steps,
    String ending,
    Map<String, String> settings,
    List<Moment> moments,
    List<Span> regimes,
    List<Quantity> quantities,
    List<Basin> basins,
    List<Passage> passages,
    List<Visit> visits) {

  /**
   * A moment of truth.
   *
   * @param kind for example {@code divergence_starts}
   * @param step the first step of which it is true
   * @param what exactly is meant
   */
  public record Moment(String kind, long step, String what) {}

  /**
   * A regime that lasts from a step up to another.
   *
   * @param to the first step behind it
   * @param what makes it sure
   */
  public record Span(Regime regime, long from, long to, String what) {}

  /**
   * A quantity and its exact values.
   *
   * @param what it is and how it was computed
   */
  public record Quantity(String name, String unit, String what, List<At> values) {
    public Quantity {
      values = List.copyOf(values);
    }
  }

  /**
   * The value at one step, at the parameters before its update; predictions of a stationary state
   * hold from that step on.
   *
   * @param value a number as 1 × 1, a vector as one row, a matrix as its rows
   */
  @SuppressWarnings("ArrayRecordComponent") // to be written, never compared
  public record At(long step, double[][] value) {}

  /**
   * A minimum.
   *
   * @param curvatures eigenvalues of the Hessian there, descending
   */
  @SuppressWarnings("ArrayRecordComponent") // to be written, never compared
  public record Basin(int index, double[] position, double loss, double[] curvatures) {}

  /**
   * The lowest saddle between two basins, in the direction from one to the other.
   *
   * @param barrier height above the minimum of {@code from}, loss
   * @param escapeSteps mean steps to go over by Eyring and Kramers, at the temperature of the run's
   *     first step; NaN where noise is not isotropic
   */
  @SuppressWarnings("ArrayRecordComponent") // to be written, never compared
  public record Passage(int from, int to, double[] saddle, double barrier, double escapeSteps) {}

  /**
   * A stay in a basin.
   *
   * @param crossed first step on this basin's side since the last visit
   * @param entered first step in its core, from where recrossings do not count
   */
  public record Visit(int basin, long crossed, long entered) {}

  public Truth {
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    moments = List.copyOf(moments);
    regimes = List.copyOf(regimes);
    quantities = List.copyOf(quantities);
    basins = List.copyOf(basins);
    passages = List.copyOf(passages);
    visits = List.copyOf(visits);
  }

  /** The only moment of that kind. */
  public Moment moment(String kind) {
    List<Moment> found = moments.stream().filter(m -> m.kind().equals(kind)).toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "there should be one moment %s: there were %d".formatted(kind, found.size()));
    }
    return found.get(0);
  }

  /** The quantity of that name. */
  public Quantity quantity(String name) {
    return quantities.stream()
        .filter(q -> q.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no quantity " + name));
  }
}
