package io.thermograd.detect.forecast;

import io.thermograd.wire.Forecast;
import io.thermograd.wire.ForecastScore;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Every forecast from when it is made until it is due, and the scores of those that were.
 *
 * <p>A forecast is scored at the step in which it is due and never before, also where its outcome
 * is known earlier: whether it is scored or becomes void must not depend on the outcome. What has
 * not happened by then counts as beyond the due step, with the probability of that. A forecast
 * whose settings end before it is due is void. One that is made while {@value #MOST} of its kind
 * are open is not taken, and counted.
 *
 * <p>O(open) a step in which one is due, else O(1). State at most {@value #MOST} entries a kind.
 * One owner thread.
 */
final class Ledger {
  /** Probability of the intervals that are scored. */
  static final double LEVEL = 0.9;

  /** Open forecasts of a kind. */
  static final int MOST = 16;

  private static final class Score {
    private long scored;
    private long covered;
    private long voided;
    private long refused;
    private double logScore;
  }

  private final List<Entry> open = new ArrayList<>();
  private final Score[] scores = new Score[ForecastKind.values().length];
  private long nextDue = Long.MAX_VALUE;

  Ledger() {
    for (int i = 0; i < scores.length; i++) {
      scores[i] = new Score();
    }
  }

  /** Writes a forecast down; false when there is no room. */
  boolean add(Entry entry) {
    if (open(entry.kind()) >= MOST) {
      scores[entry.kind().ordinal()].refused++;
      return false;
    }
    open.add(entry);
    nextDue = Math.min(nextDue, entry.due());
    return true;
  }

  /** Open forecasts of a kind. */
  int open(ForecastKind kind) {
    int count = 0;
    for (int i = 0; i < open.size(); i++) {
      count += open.get(i).kind() == kind ? 1 : 0;
    }
    return count;
  }

  /** All that are open, in the order in which they were made. */
  List<Entry> entries() {
    return open;
  }

  /** Scores what is due by this step. */
  void settle(long step) {
    if (step < nextDue) {
      return;
    }
    nextDue = Long.MAX_VALUE;
    for (Iterator<Entry> it = open.iterator(); it.hasNext(); ) {
      Entry entry = it.next();
      if (entry.due() <= step) {
        score(entry);
        it.remove();
      } else {
        nextDue = Math.min(nextDue, entry.due());
      }
    }
  }

  private void score(Entry entry) {
    Score score = scores[entry.kind().ordinal()];
    Predictive predictive = entry.predictive();
    if (entry.resolved()) {
      score.scored++;
      score.covered += predictive.covers(entry.outcome(), LEVEL) ? 1 : 0;
      score.logScore += predictive.logDensity(entry.outcome());
    } else if (entry.kind().waits()) {
      double waited = entry.due() - entry.madeAt();
      score.scored++;
      score.covered += predictive.quantile((1 + LEVEL) / 2) > waited ? 1 : 0;
      score.logScore += predictive.logSurvival(waited);
    } else {
      score.voided++;
    }
  }

  /** Takes back forecasts that do not hold any more. */
  void voidIf(Predicate<Entry> ended) {
    for (Iterator<Entry> it = open.iterator(); it.hasNext(); ) {
      Entry entry = it.next();
      if (ended.test(entry)) {
        scores[entry.kind().ordinal()].voided++;
        it.remove();
      }
    }
  }

  /** Forecasts of a kind that became void. */
  long voided(ForecastKind kind) {
    return scores[kind.ordinal()].voided;
  }

  /** Forecasts of a kind that there was no room for. */
  long refused(ForecastKind kind) {
    return scores[kind.ordinal()].refused;
  }

  /** By kind; without those of which there has been none. */
  Map<String, ForecastScore> scores() {
    Map<String, ForecastScore> out = new TreeMap<>();
    for (ForecastKind kind : ForecastKind.values()) {
      Score score = scores[kind.ordinal()];
      if (score.scored > 0 || score.voided > 0) {
        out.put(
            kind.id(),
            new ForecastScore(
                score.scored,
                score.covered,
                LEVEL,
                score.scored == 0 ? Double.NaN : score.logScore / score.scored,
                score.voided));
      }
    }
    return out;
  }

  /** What is open, by the step at which it is due. */
  List<Forecast> forecasts() {
    return open.stream()
        .map(entry -> entry.wire(LEVEL))
        .sorted(Comparator.comparingLong(Forecast::due).thenComparing(Forecast::name))
        .toList();
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(open.size());
    for (Entry entry : open) {
      entry.writeTo(out);
    }
    for (Score score : scores) {
      out.writeLong(score.scored);
      out.writeLong(score.covered);
      out.writeLong(score.voided);
      out.writeLong(score.refused);
      out.writeDouble(score.logScore);
    }
  }

  void readFrom(DataInput in) throws IOException {
    open.clear();
    nextDue = Long.MAX_VALUE;
    int count = in.readInt();
    if (count < 0 || count > MOST * scores.length) {
      throw new IOException("state claims " + count + " open forecasts");
    }
    for (int i = 0; i < count; i++) {
      Entry entry = Entry.readFrom(in);
      open.add(entry);
      nextDue = Math.min(nextDue, entry.due());
    }
    for (Score score : scores) {
      score.scored = in.readLong();
      score.covered = in.readLong();
      score.voided = in.readLong();
      score.refused = in.readLong();
      score.logScore = in.readDouble();
    }
  }
}
