package io.thermograd.detect.forecast;

import io.thermograd.detect.stationarity.Standing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Mean loss in each basin, and at which η/B it was: the loss of two basins is compared only where
 * the other's was not the colder one, since noise adds to the loss in proportion to it.
 *
 * <p>Of the basin that the run is in, at the present settings; of others, from the last stay. O(1)
 * a step; at most {@value #MOST} basins, further ones are not compared. One owner thread.
 */
final class BasinLevels {
  static final int MOST = 64;
  private static final double COLDER = 0.98;
  private static final double SIGNIFICANT = 3;
  private static final double LARGEST = 1e100;
  private static final int NEEDED = 20;

  private int count;
  private final long[] losses = new long[MOST];
  private final double[] means = new double[MOST];
  private final double[] squares = new double[MOST];
  private final double[] nominal = new double[MOST];

  /** Adds a step's loss to a basin, numbered from 1, beginning anew at other settings. */
  void accept(int basin, double loss, Settings settings) {
    int i = basin - 1;
    if (i < 0 || i >= MOST || !(Math.abs(loss) < LARGEST)) {
      return;
    }
    count = Math.max(count, basin);
    double now = settings.nominal();
    if (losses[i] > 0 && Math.abs(now - nominal[i]) > (1 - COLDER) * nominal[i]) {
      losses[i] = 0;
    }
    if (losses[i] == 0) {
      means[i] = 0;
      squares[i] = 0;
      nominal[i] = now;
    }
    losses[i]++;
    double off = loss - means[i];
    means[i] += off / losses[i];
    squares[i] += off * (loss - means[i]);
  }

  /** The basin with the lowest loss if that is significantly below the present one, else 0. */
  int better(int basin, Standing standing) {
    int lowest = lowest(basin);
    if (lowest < 0) {
      return 0;
    }
    return -above(lowest, basin) > SIGNIFICANT * error(lowest, basin, standing) ? lowest + 1 : 0;
  }

  /** How far the loss in a basin lies above that in another. */
  double above(int basin, int other, double missing) {
    return other > 0 && basin > 0 && Math.max(basin, other) <= count
        ? means[basin - 1] - means[other - 1]
        : missing;
  }

  private int lowest(int basin) {
    int i = basin - 1;
    if (i < 0 || i >= count || losses[i] < NEEDED) {
      return -1;
    }
    int lowest = -1;
    for (int j = 0; j < count; j++) {
      boolean comparable = losses[j] >= NEEDED && nominal[j] >= COLDER * nominal[i];
      if (j != i && comparable && (lowest < 0 || means[j] < means[lowest])) {
        lowest = j;
      }
    }
    return lowest;
  }

  private double above(int lowest, int basin) {
    return means[lowest] - means[basin - 1];
  }

  private double error(int j, int basin, Standing standing) {
    double together = Math.max(1, standing.autocorrelationTime());
    double times = Double.isNaN(together) ? standing.window() : together;
    return Math.sqrt(Math.max(1, times) * (variance(j) + variance(basin - 1)));
  }

  /** Of the mean, were all steps independent. */
  private double variance(int i) {
    return squares[i] / Math.max(1, losses[i] - 1) / losses[i];
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(count);
    for (int i = 0; i < count; i++) {
      out.writeLong(losses[i]);
      out.writeDouble(means[i]);
      out.writeDouble(squares[i]);
      out.writeDouble(nominal[i]);
    }
  }

  void readFrom(DataInput in) throws IOException {
    Arrays.fill(losses, 0);
    count = in.readInt();
    if (count < 0 || count > MOST) {
      throw new IOException("state claims " + count + " basins of " + MOST);
    }
    for (int i = 0; i < count; i++) {
      losses[i] = in.readLong();
      means[i] = in.readDouble();
      squares[i] = in.readDouble();
      nominal[i] = in.readDouble();
    }
  }
}
