package io.thermograd.detect.inference;

import io.thermograd.detect.stationarity.Standing;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * Polyak–Ruppert averages of the scalars that a trainer tracks, of the loss, and of the parameters
 * along the leading directions of the noise, over the {@link Stretch} of steps in which the run is
 * stationary: each with its 95 % interval by random scaling and by batch means.
 *
 * <p>The interval is of the stationary mean, whatever the dependence of successive steps; while a
 * scalar has been averaged over fewer than 1,000 of its autocorrelation times, its methods end in
 * {@code _unreliable}. At most {@value #MOST} names a run; values of further ones are counted.
 * Values that are not finite are left out.
 *
 * <p>O(1) a step and scalar, O(k) for the directions; state 370 bytes a scalar and four sketches.
 * One owner thread. Source: design QUANTITIES.md, section 6.
 */
public final class Averages {
  /** Names that are averaged. */
  public static final int MOST = 64;

  /** Follows a name where the interval is that of batch means. */
  public static final String BESIDE = " (batch means)";

  /** The name of the loss's average, and of the coordinates', with their number behind it. */
  static final String LOSS = "loss";

  static final String COORDINATE = "noise_direction_";

  /** Before a trainer's own name that one of ours hides. */
  private static final String OWN = "tracked.";

  private static final long STEPS_NEEDED = 1_000;

  private final Stretch stretch = new Stretch();
  private final ScalarAverage loss = new ScalarAverage();
  private final Coordinates coordinates = new Coordinates();
  private final ScalarAverage[] along = new ScalarAverage[Coordinates.MOST];
  private final TreeMap<String, ScalarAverage> tracked = new TreeMap<>();
  private long refused;
  private long steps;

  public Averages() {
    for (int i = 0; i < along.length; i++) {
      along[i] = new ScalarAverage();
    }
  }

  /**
   * Adds one step.
   *
   * @param estimators of the run, which have seen this step
   * @param standing of the run, this step included
   */
  public void accept(TrainingStep step, RunEstimators estimators, Standing standing) {
    if (stretch.accept(step, estimators.batchSize(), standing) == Stretch.Change.BEGINS) {
      clear();
    }
    boolean counts = stretch.averaging() && !step.nonFinite();
    acceptTracked(step.tracked(), counts);
    if (!counts) {
      return;
    }
    steps++;
    Double batchLoss = step.loss();
    if (batchLoss != null) {
      loss.accept(batchLoss);
    }
    coordinates.take(estimators.noise().spectrum());
    float[] parameters = step.motion().paramSketch();
    if (coordinates.fit(parameters)) {
      for (int i = 0; i < coordinates.count(); i++) {
        along[i].accept(coordinates.along(i, parameters));
      }
    }
  }

  /** The loss soars: what was stationary is over, until it is flat anew. */
  public void interrupt() {
    stretch.interrupt();
  }

  /** Makes room for new names, as they come and within a step by their order. */
  private void acceptTracked(Map<String, Double> values, boolean counts) {
    if (values.isEmpty()) {
      return;
    }
    // Steps name the same scalars in the same order: side by side, few have to be looked up.
    Iterator<Map.Entry<String, ScalarAverage>> known = tracked.entrySet().iterator();
    for (Map.Entry<String, Double> entry : values.entrySet()) {
      String name = entry.getKey();
      Map.Entry<String, ScalarAverage> next = known.hasNext() ? known.next() : null;
      ScalarAverage average =
          next != null && next.getKey().equals(name) ? next.getValue() : tracked.get(name);
      if (average == null && tracked.size() < MOST) {
        average = new ScalarAverage();
        tracked.put(name, average);
        known = tracked.tailMap(name, false).entrySet().iterator();
      }
      if (average == null) {
        refused++;
      } else if (counts) {
        average.accept(entry.getValue());
      }
    }
  }

  private void clear() {
    steps = 0;
    loss.clear();
    coordinates.clear();
    for (ScalarAverage average : along) {
      average.clear();
    }
    tracked.values().forEach(ScalarAverage::clear);
  }

  /** Values that were left out because there were {@value #MOST} other names before theirs. */
  public long refused() {
    return refused;
  }

  /** Steps that have been averaged. */
  public long steps() {
    return steps;
  }

  /**
   * Averages by name, and the same with {@link #BESIDE} behind it by batch means; empty while the
   * run is not stationary.
   */
  public Map<String, Quantity> averages() {
    Map<String, Quantity> out = new TreeMap<>();
    if (!stretch.stationary()) {
      return out;
    }
    tracked.forEach(
        (name, average) ->
            average.describe(
                name.equals(LOSS) || name.startsWith(COORDINATE) ? OWN + name : name, out));
    loss.describe(LOSS, out);
    for (int i = 0; i < coordinates.count(); i++) {
      along[i].describe(COORDINATE + (i + 1), out);
    }
    return out;
  }

  /** Publishes what averaging the parameters would change. */
  public void describe(QuantityList out, RunEstimators estimators) {
    if (!stretch.stationary() || steps < STEPS_NEEDED) {
      out.absent(
          QuantityName.AVERAGED_LOSS_CHANGE,
          stretch.stationary()
              ? WarmUp.reason(steps, STEPS_NEEDED, "stationary steps at these settings")
              : "not stationary: the loss moves, or is not yet known not to");
      return;
    }
    Quantity change = estimators.fluctuations().averagedLossChange(steps);
    if (change == null) {
      out.absent(QuantityName.AVERAGED_LOSS_CHANGE, "the energy of the fluctuations is not known");
    } else {
      out.put(QuantityName.AVERAGED_LOSS_CHANGE, change);
    }
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    stretch.writeTo(out);
    loss.writeTo(out);
    coordinates.writeTo(out);
    for (ScalarAverage average : along) {
      average.writeTo(out);
    }
    out.writeInt(tracked.size());
    for (Map.Entry<String, ScalarAverage> entry : tracked.entrySet()) {
      out.writeUTF(entry.getKey());
      entry.getValue().writeTo(out);
    }
    out.writeLong(refused);
    out.writeLong(steps);
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    stretch.readFrom(in);
    loss.readFrom(in);
    coordinates.readFrom(in);
    for (ScalarAverage average : along) {
      average.readFrom(in);
    }
    tracked.clear();
    int names = in.readInt();
    if (names < 0 || names > MOST) {
      throw new IOException("state claims " + names + " averages of " + MOST);
    }
    for (int i = 0; i < names; i++) {
      ScalarAverage average = new ScalarAverage();
      String name = in.readUTF();
      average.readFrom(in);
      tracked.put(name, average);
    }
    refused = in.readLong();
    steps = in.readLong();
  }
}
