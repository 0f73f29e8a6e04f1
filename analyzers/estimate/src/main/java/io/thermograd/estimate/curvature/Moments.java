package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * An {@link Instrument}'s sums in up to {@value #BINS} bins of time, the newest last. When all are
 * full, neighbours join and bins are twice as long from then on, up to a longest length, after
 * which the oldest is dropped: what is remembered grows with the run, and the bins tell how the
 * curvature drifts. One owner thread.
 */
final class Moments {
  static final int BINS = 16;

  private static final double KEPT = 0.9;

  /** Of log λ_max on log tr Σ. */
  static final double SLOPE = 0.5;

  private final int r;
  private final long longest;
  private final double[][] a;
  private final double[][] n;
  private final double[] traceA = new double[BINS];
  private final double[] traceN = new double[BINS];
  private final double[] noiseTrace = new double[BINS];
  private final double[] count = new double[BINS];

  /** log of tr Σ of a bin over that of now. */
  private final double[] distance = new double[BINS];

  private final double[] scratch;
  private final double[] c;
  private final double[] f;
  private double weight;
  private int bins;
  private long blocks = 1;
  private long inLast;

  /**
   * @param longest blocks of a bin
   */
  Moments(int r, long longest) {
    this.r = r;
    this.longest = longest;
    this.a = new double[BINS][r * r];
    this.n = new double[BINS][r * r];
    this.scratch = new double[r * r];
    this.c = new double[r * r];
    this.f = new double[r * r];
  }

  /** Adds a block's sums. */
  void add(Instrument block) {
    if (block.count() == 0) {
      return;
    }
    if (bins == 0 || inLast >= blocks) {
      open();
    }
    int at = bins - 1;
    sum(a[at], block.sum(Instrument.A));
    sum(n[at], block.sum(Instrument.N));
    traceA[at] += block.traceA();
    traceN[at] += block.traceN();
    noiseTrace[at] += block.noiseTrace();
    count[at] += block.count();
    inLast++;
    weight = KEPT * weight + block.count();
    for (int i = 0; i < r * r; i++) {
      c[i] = KEPT * c[i] + block.sum(Instrument.C)[i];
      f[i] = KEPT * f[i] + block.sum(Instrument.F)[i];
    }
  }

  private void open() {
    if (bins == BINS) {
      if (blocks < longest) {
        for (int i = 0; i < BINS / 2; i++) {
          move(2 * i, i);
          sum(a[i], a[2 * i + 1]);
          sum(n[i], n[2 * i + 1]);
          traceA[i] += traceA[2 * i + 1];
          traceN[i] += traceN[2 * i + 1];
          noiseTrace[i] += noiseTrace[2 * i + 1];
          count[i] += count[2 * i + 1];
        }
        bins = BINS / 2;
        blocks *= 2;
      } else {
        for (int i = 1; i < BINS; i++) {
          move(i, i - 1);
        }
        bins--;
      }
    }
    Arrays.fill(a[bins], 0);
    Arrays.fill(n[bins], 0);
    traceA[bins] = 0;
    traceN[bins] = 0;
    noiseTrace[bins] = 0;
    count[bins] = 0;
    bins++;
    inLast = 0;
  }

  private void move(int from, int to) {
    System.arraycopy(a[from], 0, a[to], 0, r * r);
    System.arraycopy(n[from], 0, n[to], 0, r * r);
    traceA[to] = traceA[from];
    traceN[to] = traceN[from];
    noiseTrace[to] = noiseTrace[from];
    count[to] = count[from];
  }

  private static void sum(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
  }

  /** Goes along to new directions: M ← RMRᵀ. */
  void rotate(double[][] rotation) {
    for (int g = 0; g < bins; g++) {
      rotate(a[g], rotation);
      rotate(n[g], rotation);
    }
    rotate(c, rotation);
    rotate(f, rotation);
  }

  private void rotate(double[] m, double[][] rotation) {
    for (int i = 0; i < r; i++) {
      for (int j = 0; j < r; j++) {
        double sum = 0;
        for (int l = 0; l < r; l++) {
          sum += rotation[i][l] * m[l * r + j];
        }
        scratch[i * r + j] = sum;
      }
    }
    for (int i = 0; i < r; i++) {
      for (int j = 0; j < r; j++) {
        double sum = 0;
        for (int l = 0; l < r; l++) {
          sum += scratch[i * r + l] * rotation[j][l];
        }
        m[i * r + j] = sum;
      }
    }
  }

  int rank() {
    return r;
  }

  /** Bins with something in them. */
  int bins() {
    return bins;
  }

  /** Steps in a bin. */
  double count(int bin) {
    return count[bin];
  }

  /** Compares the bins' noise with the one of now; before what follows. */
  void compare(double traceNow) {
    for (int g = 0; g < bins; g++) {
      double ratio = noiseTrace[g] / count[g] / traceNow;
      distance[g] = ratio > 0 && ratio < Double.POSITIVE_INFINITY ? StrictMath.log(ratio) : 0;
    }
  }

  /** log of tr Σ of a bin over that of now. */
  double distance(int bin) {
    return distance[bin];
  }

  /** The first bin since which the noise has always been that near, in log of tr Σ. */
  int comparable(double furthest) {
    int first = bins;
    while (first > 0 && Math.abs(distance[first - 1]) <= furthest) {
      first--;
    }
    return first;
  }

  /** Curvature of a bin over that of now, if it goes as tr Σ to the power {@value #SLOPE}. */
  private double curvature(int bin) {
    return StrictMath.exp(SLOPE * distance[bin]);
  }

  /** What a bin's sum is multiplied by: s²/τ for A and s/τ for N, s its curvature, τ its noise. */
  private double factor(int matrix, int bin) {
    double s = matrix == Instrument.A ? 2 * SLOPE : SLOPE;
    return StrictMath.exp((s - 1) * distance[bin]);
  }

  /** How many steps of now the bins from {@code first} on are worth: Σ s. */
  double steps(int first) {
    double sum = 0;
    for (int g = first; g < bins; g++) {
      sum += curvature(g) * count[g];
    }
    return sum;
  }

  /**
   * Means over the bins from {@code first} on, but one ({@code without}, or −1), as if all had the
   * curvature and the noise of now.
   *
   * @param matrix {@link Instrument#A} or {@link Instrument#N}, into {@code out}
   * @return the whole sketch's trace
   */
  double mean(int matrix, int first, int without, double[] out) {
    double[][] from = matrix == Instrument.A ? a : n;
    double[] traces = matrix == Instrument.A ? traceA : traceN;
    Arrays.fill(out, 0);
    double trace = 0;
    double steps = 0;
    for (int g = first; g < bins; g++) {
      if (g != without) {
        double factor = factor(matrix, g);
        for (int i = 0; i < out.length; i++) {
          out[i] += factor * from[g][i];
        }
        trace += factor * traces[g];
        steps += curvature(g) * count[g];
      }
    }
    for (int i = 0; i < out.length; i++) {
      out[i] /= steps;
    }
    return trace / steps;
  }

  /** Σ_ij u_i·M_ij·w_j of one bin, over its steps, as {@link #mean}. */
  double bilinear(int matrix, int bin, double[] u, double[] w) {
    double[] m = matrix == Instrument.A ? a[bin] : n[bin];
    double sum = 0;
    for (int i = 0; i < u.length; i++) {
      for (int j = 0; j < w.length; j++) {
        sum += u[i] * m[i * r + j] * w[j];
      }
    }
    return factor(matrix, bin) * sum / count[bin];
  }

  /** Mean of θ̃θ̃ᵀ_ij of late. */
  double instrument(int i, int j) {
    return c[i * r + j] / weight;
  }

  /** Mean of ggᵀ_ii of late: the noise of the gradient and little else. */
  double gradient(int i) {
    return f[i * r + i] / weight;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(bins);
    out.writeLong(blocks);
    out.writeLong(inLast);
    out.writeDouble(weight);
    for (double[] x : new double[][] {traceA, traceN, noiseTrace, count, c, f}) {
      StateArrays.write(out, x);
    }
    for (int g = 0; g < bins; g++) {
      StateArrays.write(out, a[g]);
      StateArrays.write(out, n[g]);
    }
  }

  void readFrom(DataInput in) throws IOException {
    bins = in.readInt();
    if (bins < 0 || bins > BINS) {
      throw new IOException("state claims " + bins + " bins");
    }
    blocks = in.readLong();
    inLast = in.readLong();
    weight = in.readDouble();
    for (double[] x : new double[][] {traceA, traceN, noiseTrace, count, c, f}) {
      StateArrays.read(in, x);
    }
    for (int g = 0; g < bins; g++) {
      StateArrays.read(in, a[g]);
      StateArrays.read(in, n[g]);
    }
  }
}
