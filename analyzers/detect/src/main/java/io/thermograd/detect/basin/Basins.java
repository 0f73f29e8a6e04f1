package io.thermograd.detect.basin;

import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.BasinReport;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The basins of one attempt of a run: where it dwells, how it passes between, and what follows.
 *
 * <p>A {@link Trail} of the run in a {@link Frame} is surveyed whenever it has grown by a quarter:
 * a {@link Survey} draws the {@link Chart} of the mean loss over the slowest coordinates, whose
 * minima with significant prominence are basins. They are claimed only once the run has come back
 * to one it had left; from then on every step is placed and counted ({@link Ledger}), and before
 * that, in hindsight, every point of the trail. Until then there is one basin, in which the run is
 * since its loss came to its present level.
 *
 * <p>Steps without parameter sketch or with numbers that are not finite change nothing. O(k) a step
 * and O(256·2,048) a survey; no more than 300 KiB for k = 1,024. One owner thread. Source: design
 * QUANTITIES.md 7.
 */
public final class Basins {
  /** Basins that are told apart. */
  static final int MOST = 12;

  /** Standard errors by which a pass must rise for a basin that is known already. */
  private static final double KNOWN = 3;

  /** Surveys in a row that must miss a basin before it is given up. */
  private static final int PATIENCE = 3;

  private static final int GROWTH = 4;

  /** Steps from point to point up to which the trail misses no stay. */
  private static final int FINE = 2;

  private final double momentum;
  private final Frame frame = new Frame();
  private @Nullable Trail trail;
  private @Nullable Chart chart;
  private Ledger ledger = new Ledger(1);
  private boolean claimed;
  private Validity validity = Validity.NONE;
  private Timescales timescales = Timescales.NONE;
  private LossTail tail = LossTail.NONE;
  private int fresh;
  private int missed;
  private double time;
  private double learningRate = Double.NaN;
  private long steps;
  private long last;
  private double[] at = new double[0];
  private double[] slow = new double[0];

  /** For a run with these settings. */
  public Basins(RunSettings settings) {
    momentum = settings.momentum().orElse(0);
  }

  /** Adds a step that the estimators have seen; the change of basin that it completes, if any. */
  public Optional<BasinChange> accept(TrainingStep step, RunEstimators estimators) {
    float[] theta = step.motion().paramSketch();
    Double eta = step.learningRate();
    if (eta != null && Double.isFinite(eta)) {
      learningRate = eta / (1 - momentum);
    }
    double dt = Double.isNaN(learningRate) ? 0 : learningRate;
    time += dt;
    if (theta.length == 0 || step.nonFinite() || !frame.fits(theta)) {
      return Optional.empty();
    }
    last = step.step();
    steps++;
    Temperature heat =
        new Temperature(
            step.batchSize() > 0 ? learningRate / step.batchSize() : learningRate,
            learningRate,
            Double.NaN);
    Double batchLoss = step.loss();
    double loss = batchLoss == null ? Double.NaN : batchLoss;
    Trail kept = trail();
    if (kept.due(loss)) {
      keep(kept, theta, loss, step.step(), heat, estimators);
    }
    int place = ledger.current();
    Chart known = chart;
    if (claimed && known != null) {
      frame.project(theta, at);
      known.slow(at, slow);
      place = known.place(slow);
    }
    return Optional.ofNullable(ledger.accept(place, step.step(), 1, dt, heat));
  }

  private Trail trail() {
    Trail known = trail;
    if (known == null) {
      known = new Trail(frame.width());
      trail = known;
      at = new double[frame.width()];
      slow = new double[Chart.MOST_DIMS];
    }
    return known;
  }

  private void keep(
      Trail kept,
      float[] theta,
      double loss,
      long step,
      Temperature heat,
      RunEstimators estimators) {
    if (frame.ready()) {
      frame.project(theta, at);
      Temperature full = new Temperature(heat.nominal(), heat.rate(), estimators.temperature());
      if (kept.keep(at, loss, step, time, full)) {
        frame.halve();
      }
      if (claimed) {
        kept.setBasin(kept.size() - 1, ledger.current());
      }
      fresh++;
    }
    frame.sample(theta);
    if (kept.size() >= Survey.FEWEST && fresh >= Math.max(Survey.FEWEST, kept.size() / GROWTH)) {
      fresh = 0;
      survey(kept);
    }
  }

  private void survey(Trail kept) {
    double[][] turn = frame.turn();
    Chart old = chart;
    if (turn.length > 0) {
      kept.turn(turn);
      old = old == null ? null : old.turned(turn);
      chart = old;
    }
    int known = claimed && old != null ? old.basins() : 0;
    Survey survey = new Survey(kept, SlowDirections.of(kept));
    Chart next = survey.chart(survey.significance());
    if (next != null && next.basins() < known) {
      next = survey.chart(KNOWN);
      missed = next != null && next.basins() < known ? missed + 1 : 0;
      if (missed > 0 && (missed < PATIENCE || thinned(kept, known, 2 * survey.neighbours()))) {
        return;
      }
    }
    missed = 0;
    if (next != null && next.basins() <= MOST) {
      adopt(kept, next, survey, known);
      timescales = Timescales.of(kept, next, claimed ? next.basins() : 1);
    }
    tail = LossTail.of(kept);
  }

  /** Whether a basin has too few points left on the trail for a survey to find it again. */
  private static boolean thinned(Trail kept, int known, int needed) {
    int[] points = new int[known + 1];
    for (int p = 0; p < kept.size(); p++) {
      points[kept.basin(p)]++;
    }
    return Arrays.stream(points).skip(1).anyMatch(n -> n < needed);
  }

  private void adopt(Trail kept, Chart found, Survey survey, int known) {
    int[] places = survey.places(found);
    Path drawn = new Path(kept, found.basins(), places);
    Path.Names names = drawn.names(known);
    Chart next = shaped(kept, found, places).renamed(names.number());
    if (next.basins() == 0) {
      // No point lies in a core: nothing to call a basin, and the chart so far stands.
      return;
    }
    Path path = drawn.renamed(names.number());
    chart = next;
    boolean lost = names.kept() < known;
    boolean more = known > 0 && !lost && next.basins() > known && kept.stride() > FINE;
    Ledger hindsight = more ? path.ledger(ledger.changes(), known) : path.ledger();
    if (next.basins() < 2 || hindsight.returns() == 0) {
      claimed = false;
      validity = Validity.NONE;
      ledger = path.oneBasin();
      return;
    }
    if (lost || next.basins() != known) {
      ledger = hindsight;
    }
    claimed = true;
    path.mark();
    validity = Validity.of(kept, next.basins());
  }

  /** With the shape of every basin, where the trail has all coordinates of the parameters. */
  private Chart shaped(Trail kept, Chart found, int[] places) {
    if (!frame.whole() || found.basins() < 2) {
      return found;
    }
    Shape[] shapes = new Shape[found.basins()];
    for (int b = 0; b < shapes.length; b++) {
      shapes[b] = Shape.of(kept, places, b + 1);
    }
    return found.shaped(shapes);
  }

  /** Basins known now; 1 before any is claimed. */
  public int count() {
    return ledger.basins();
  }

  /** Step at which the present basin's core was entered; 0 before the first. */
  public long enteredAt() {
    return ledger.enteredAt();
  }

  /** What is known now. */
  public BasinStanding standing() {
    if (ledger.current() == 0) {
      return BasinStanding.NONE;
    }
    return new BasinStanding(
        ledger.current(),
        ledger.basins(),
        claimed && validity.passed(),
        ledger.enteredAt(),
        ledger.steps(),
        ledger.time(),
        ledger.transitions(),
        ledger.exposures());
  }

  /** The latest changes of basin, oldest first, those found in hindsight included. */
  public List<BasinChange> changes() {
    return ledger.changes();
  }

  /** For the page; null while the run has not been placed anywhere. */
  public @Nullable BasinReport report() {
    Chart known = chart;
    if (known == null || ledger.current() == 0) {
      return null;
    }
    known.slow(at, slow);
    return BasinReports.of(ledger, known, claimed && validity.passed(), slow);
  }

  /** Puts every quantity of the basins, or the reason why it is absent, into the list. */
  public void describe(QuantityList out) {
    BasinQuantities quantities = new BasinQuantities(out);
    Trail kept = trail;
    Chart known = chart;
    if (kept == null || known == null) {
      quantities.absent(
          steps == 0
              ? "needs param_sketch in step"
              : "warming up: needs "
                  + Survey.FEWEST
                  + " points with param_sketch and loss, and parameters that move");
      return;
    }
    quantities.relaxation(timescales, tail);
    if (claimed) {
      quantities.basins(standing(), validity, known, ledger.changes(), last, frame.coordinates());
    } else {
      quantities.single();
    }
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    frame.writeTo(out);
    Trail kept = trail;
    Chart known = chart;
    out.writeBoolean(kept != null);
    if (kept != null) {
      kept.writeTo(out);
    }
    out.writeBoolean(known != null);
    if (known != null) {
      known.writeTo(out);
    }
    out.writeByte(ledger.basins());
    ledger.writeTo(out);
    out.writeBoolean(claimed);
    validity.writeTo(out);
    timescales.writeTo(out);
    tail.writeTo(out);
    StateArrays.write(out, at);
    out.writeInt(fresh);
    out.writeInt(missed);
    out.writeDouble(time);
    out.writeDouble(learningRate);
    out.writeLong(steps);
    out.writeLong(last);
  }

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {
    frame.readFrom(in);
    trail = null;
    if (in.readBoolean()) {
      trail().readFrom(in);
    }
    chart = in.readBoolean() ? Chart.readFrom(in) : null;
    int k = in.readByte();
    if (k < 1 || k > MOST) {
      throw new IOException("state claims " + k + " basins of " + MOST);
    }
    ledger = new Ledger(k);
    ledger.readFrom(in);
    claimed = in.readBoolean();
    validity = Validity.readFrom(in);
    timescales = Timescales.readFrom(in);
    tail = LossTail.readFrom(in);
    StateArrays.read(in, at);
    fresh = in.readInt();
    missed = in.readInt();
    time = in.readDouble();
    learningRate = in.readDouble();
    steps = in.readLong();
    last = in.readLong();
  }
}
