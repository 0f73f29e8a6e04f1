package io.thermograd.simulator.experiment;

import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.theory.LossDifference;
import java.util.Arrays;

/**
 * |L_{k+1} − L_k| of losses in random orders.
 *
 * @param counts k+1 in the middle of bins of equal ratio, from 8 examples on
 * @param differences mean over orders and the k of a bin
 * @param slope of log difference on log count, with an interval over orders
 * @param scaled mean of (k+1)|L_{k+1} − L_k| over the same, with an interval over orders
 * @param largest (k+1)|L_{k+1} − L_k| of any k ≥ 1 and order
 * @param deviation mean absolute deviation of the losses, which {@code scaled} should be
 */
@SuppressWarnings("ArrayRecordComponent") // data to draw, never compared
record SampleCurve(
    double[] counts,
    double[] differences,
    Measured slope,
    Measured scaled,
    double largest,
    double deviation) {
  private static final int FIRST = 8;
  private static final double RATIO = 1.25;

  /** Left out one by one for the interval of the slope. */
  private static final int GROUPS = 20;

  /** Shuffles the losses {@code orders} times, a multiple of {@value #GROUPS}. */
  static SampleCurve of(double[] losses, int orders, long seed) {
    int n = losses.length;
    SplitMix64 random = SplitMix64.stream(seed, 0x4F52444552L);
    int[] bin = new int[n];
    int bins = bin(n) + 1;
    double[] sizes = new double[bins];
    double[] counts = new double[bins];
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
      bin[i] = i + 1 < FIRST ? -1 : bin(i + 1);
      if (bin[i] >= 0) {
        sizes[bin[i]]++;
        counts[bin[i]] += StrictMath.log(i + 1.0);
      }
    }
    for (int b = 0; b < bins; b++) {
      counts[b] = StrictMath.exp(counts[b] / sizes[b]);
    }
    double[][] groups = new double[GROUPS][bins];
    double[] scaled = new double[orders];
    double largest = 0;
    for (int o = 0; o < orders; o++) {
      random.shuffle(order);
      double mean = losses[order[0]];
      for (int k = 1; k < n; k++) {
        double next = losses[order[k]];
        double difference = LossDifference.exact(next, mean, k);
        largest = Math.max(largest, difference * (k + 1));
        if (bin[k] >= 0) {
          groups[o % GROUPS][bin[k]] += difference / (sizes[bin[k]] * orders / GROUPS);
          scaled[o] += difference * (k + 1) / (n + 1 - FIRST);
        }
        mean += (next - mean) / (k + 1);
      }
    }
    double average = Arrays.stream(losses).average().orElseThrow();
    double deviation =
        Arrays.stream(losses).map(loss -> Math.abs(loss - average)).average().orElseThrow();
    return new SampleCurve(
        counts,
        meanWithout(-1, groups),
        slope(counts, groups),
        Intervals.mean(scaled),
        largest,
        deviation);
  }

  /** Of the curve averaged over all groups, with the jackknife's standard error. */
  private static Measured slope(double[] counts, double[][] groups) {
    double all = Fits.powerLaw(counts, meanWithout(-1, groups)).slopeValue();
    double[] without = new double[GROUPS];
    double mean = 0;
    for (int g = 0; g < GROUPS; g++) {
      without[g] = Fits.powerLaw(counts, meanWithout(g, groups)).slopeValue();
      mean += without[g] / GROUPS;
    }
    double squares = 0;
    for (double slope : without) {
      squares += (slope - mean) * (slope - mean);
    }
    double standardError = StrictMath.sqrt(squares * (GROUPS - 1) / GROUPS);
    return Measured.student(all, standardError, GROUPS - 1);
  }

  private static double[] meanWithout(int left, double[][] groups) {
    double[] mean = new double[groups[0].length];
    int kept = left < 0 ? GROUPS : GROUPS - 1;
    for (int g = 0; g < GROUPS; g++) {
      for (int b = 0; g != left && b < mean.length; b++) {
        mean[b] += groups[g][b] / kept;
      }
    }
    return mean;
  }

  private static int bin(int count) {
    return (int) (StrictMath.log((double) count / FIRST) / StrictMath.log(RATIO));
  }
}
