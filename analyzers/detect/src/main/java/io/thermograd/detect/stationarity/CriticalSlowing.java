package io.thermograd.detect.stationarity;

import io.thermograd.detect.series.KendallTau;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Critical slowing down: before a basin loses its stability, its restoring force weakens, and
 * variance and lag-1 autocorrelation rise together. The smaller of Kendall's τ of both over the
 * last {@value #BLOCKS} blocks of the loss, each detrended by its own mean: 1 when both rise in
 * every block, about 0 when nothing happens, standard deviation 0.18 each.
 *
 * <p>A block is a power of two of steps, at least 64 and 16 autocorrelation times; when that
 * changes, the blocks begin anew. O(1) a step. One owner thread. Source: M. Scheffer et al., Nature
 * 461 (2009), doi:10.1038/nature08227.
 */
final class CriticalSlowing {
  private static final int BLOCKS = 16;
  private static final long SHORTEST = 64;
  private static final double TIMES = 16;
  private static final double NORMAL = 1.959963984540054;

  private final double[] variance = new double[BLOCKS];
  private final double[] correlation = new double[BLOCKS];
  private final double[] ordered = new double[BLOCKS];
  private long blocks;
  private long length = SHORTEST;
  private long n;
  private double first;
  private double last;
  private double sum;
  private double squares;
  private double products;

  /**
   * @param time autocorrelation time, steps; NaN while it is unknown
   */
  void accept(double x, double time) {
    long wanted = SHORTEST;
    while (wanted < TIMES * time && wanted < 1 << 20) {
      wanted *= 2;
    }
    // A time at the border of two lengths is not to begin anew again and again.
    if (wanted > length || wanted * 4 <= length) {
      length = wanted;
      blocks = 0;
      n = 0;
    }
    if (n == 0) {
      first = x;
      sum = 0;
      squares = 0;
      products = 0;
    } else {
      products += (x - first) * last;
    }
    last = x - first;
    sum += last;
    squares += last * last;
    n++;
    if (n == length) {
      close();
    }
  }

  private void close() {
    double mean = sum / n;
    double v = squares / n - mean * mean;
    // Σ(x_t − m)(x_{t−1} − m), the ends left out of one factor's sum each.
    double c = (products - mean * (2 * sum - last) + (n - 1) * mean * mean) / n;
    if (v > 0) {
      variance[(int) (blocks % BLOCKS)] = v;
      correlation[(int) (blocks % BLOCKS)] = c / v;
      blocks++;
    }
    n = 0;
  }

  private double tau(double[] series) {
    for (int i = 0; i < BLOCKS; i++) {
      ordered[i] = series[(int) ((blocks + i) % BLOCKS)];
    }
    return KendallTau.of(ordered, BLOCKS);
  }

  void describe(QuantityList out) {
    if (blocks < BLOCKS) {
      out.absent(
          QuantityName.CRITICAL_SLOWING_DOWN,
          WarmUp.reason(blocks, BLOCKS, "blocks of " + length + " steps"));
      return;
    }
    double value = Math.min(tau(variance), tau(correlation));
    double width = NORMAL * KendallTau.standardDeviation(BLOCKS);
    out.put(
        QuantityName.CRITICAL_SLOWING_DOWN,
        value,
        Math.max(-1, value - width),
        Math.min(1, value + width),
        "kendall");
  }

  void writeTo(DataOutput out) throws IOException {
    for (int i = 0; i < BLOCKS; i++) {
      out.writeDouble(variance[i]);
      out.writeDouble(correlation[i]);
    }
    out.writeLong(blocks);
    out.writeLong(length);
    out.writeLong(n);
    for (double v : new double[] {first, last, sum, squares, products}) {
      out.writeDouble(v);
    }
  }

  void readFrom(DataInput in) throws IOException {
    for (int i = 0; i < BLOCKS; i++) {
      variance[i] = in.readDouble();
      correlation[i] = in.readDouble();
    }
    blocks = in.readLong();
    length = in.readLong();
    n = in.readLong();
    first = in.readDouble();
    last = in.readDouble();
    sum = in.readDouble();
    squares = in.readDouble();
    products = in.readDouble();
  }
}
