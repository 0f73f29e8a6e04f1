package io.thermograd.detect.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Forecasts the mean loss of the next {@value #WINDOW} steps from the means of the windows before,
 * by whichever of three has been best of late: the last mean, an average of the latest, or a level
 * with a trend (Holt's linear smoothing). The deviation is that of its own past errors. Of losses
 * none of which was negative none is forecast to be: a trend that would take them below 0 is not
 * followed, and the normal law is clipped there.
 *
 * <p>O(1) a step. One owner thread. Source: C. Holt, Int. J. Forecasting 20 (2004),
 * doi:10.1016/j.ijforecast.2003.09.015.
 */
final class LossWindows {
  static final int WINDOW = 128;

  /** Windows before the first forecast. */
  private static final int NEEDED = 4;

  private static final int METHODS = 3;
  private static final double SLOW = 0.25;
  private static final double LEVEL = 0.5;
  private static final double TREND = 0.3;

  /** Weight of an error in the mean square; the weights' sum is 1/FORGETS in the end. */
  private static final double FORGETS = 0.1;

  /** Least deviation, of the loss: equal losses do not make the next one sure. */
  private static final double LEAST = 1e-9;

  private static final double LARGEST = 1e100;

  private final Ledger ledger;
  private long begun = -1;
  private long losses;
  private double sum;
  private long windows;
  private double average;
  private double level;
  private double trend;
  private boolean signed;
  private final double[] ahead = new double[METHODS];
  private final double[] squares = new double[METHODS];

  LossWindows(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Adds a step.
   *
   * @param loss NaN when it has none
   */
  void accept(long step, double loss, Settings settings) {
    if (begun < 0) {
      begun = step;
    }
    if (step >= begun + WINDOW) {
      close(begun + WINDOW, step, settings);
    }
    if (Math.abs(loss) < LARGEST) {
      signed |= loss < 0;
      losses++;
      sum += loss;
    }
  }

  /** The settings have changed by more than the forecasts allow: levels are learnt anew. */
  void restart() {
    windows = 0;
    begun = -1;
    losses = 0;
    sum = 0;
  }

  private void close(long end, long step, Settings settings) {
    boolean whole = 2 * losses >= WINDOW && step < end + WINDOW;
    double mean = sum / losses;
    begun = step;
    losses = 0;
    sum = 0;
    if (!whole) {
      // No outcome: the forecast becomes void when it is due.
      return;
    }
    for (Entry entry : ledger.entries()) {
      if (entry.kind() == ForecastKind.LOSS && entry.due() <= step) {
        entry.resolve(mean);
      }
    }
    learn(mean);
    if (windows > NEEDED) {
      int best = best();
      double deviation = Math.sqrt(squares[best] * (1 + 2.0 / Math.min(windows, 1 / FORGETS)));
      double least = LEAST * Math.max(Math.abs(mean), Double.MIN_NORMAL);
      var law = new Predictive.Normal(ahead[best], Math.max(deviation, least));
      ledger.add(
          new Entry(
              ForecastKind.LOSS,
              step,
              step + WINDOW,
              signed ? law : new Predictive.Clipped(law, 0),
              settings,
              0));
    }
  }

  private void learn(double mean) {
    if (windows > 0) {
      double share = Math.max(FORGETS, 1.0 / windows);
      for (int i = 0; i < METHODS; i++) {
        double error = mean - ahead[i];
        squares[i] += share * (error * error - squares[i]);
      }
      average += Math.max(SLOW, 1.0 / (windows + 1)) * (mean - average);
      double before = level;
      level = ahead[2] + LEVEL * (mean - ahead[2]);
      trend += TREND * (level - before - trend);
    } else {
      average = mean;
      level = mean;
      trend = 0;
      Arrays.fill(squares, 0);
    }
    windows++;
    ahead[0] = mean;
    ahead[1] = average;
    ahead[2] = level + trend;
  }

  private int best() {
    int best = 0;
    for (int i = 1; i < METHODS; i++) {
      boolean possible = signed || ahead[i] >= 0;
      best = possible && squares[i] < squares[best] ? i : best;
    }
    return best;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(begun);
    out.writeLong(losses);
    out.writeDouble(sum);
    out.writeLong(windows);
    out.writeDouble(average);
    out.writeDouble(level);
    out.writeDouble(trend);
    out.writeBoolean(signed);
    for (int i = 0; i < METHODS; i++) {
      out.writeDouble(ahead[i]);
      out.writeDouble(squares[i]);
    }
  }

  void readFrom(DataInput in) throws IOException {
    begun = in.readLong();
    losses = in.readLong();
    sum = in.readDouble();
    windows = in.readLong();
    average = in.readDouble();
    level = in.readDouble();
    trend = in.readDouble();
    signed = in.readBoolean();
    for (int i = 0; i < METHODS; i++) {
      ahead[i] = in.readDouble();
      squares[i] = in.readDouble();
    }
  }
}
