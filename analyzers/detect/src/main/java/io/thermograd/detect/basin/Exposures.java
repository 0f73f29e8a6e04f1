package io.thermograd.detect.basin;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps and SGD time spent in every basin and transitions between them, by temperature: one bin for
 * each quarter of η_eff/B, at most {@value #MOST} of them; what lies beyond goes to the nearest.
 * One owner thread.
 */
final class Exposures {
  static final int MOST = 24;
  private static final double RATIO = 1.25;

  private final int k;
  private final List<Bin> bins = new ArrayList<>();

  private static final class Bin {
    final long key;
    double nominal;
    double rate;
    double heat;
    long weight;
    long warm;
    final long[] steps;
    final double[] time;
    final long[][] transitions;

    Bin(long key, int k) {
      this.key = key;
      steps = new long[k];
      time = new double[k];
      transitions = new long[k][k];
    }
  }

  /** For basins 1 … k. */
  Exposures(int k) {
    this.k = k;
  }

  /** Adds a stay in a basin. */
  void stay(int basin, long steps, double time, Temperature now) {
    Bin bin = bin(now.nominal());
    bin.steps[basin - 1] += steps;
    bin.time[basin - 1] += time;
    bin.weight += steps;
    bin.nominal += steps * now.nominal();
    bin.rate += steps * now.rate();
    if (now.effective() > 0) {
      bin.heat += steps * now.effective();
      bin.warm += steps;
    }
  }

  /** Adds a transition. */
  void transition(int from, int to, Temperature now) {
    bin(now.nominal()).transitions[from - 1][to - 1]++;
  }

  private Bin bin(double nominal) {
    // A temperature that is not known is one of its own, below all others.
    long key =
        nominal > 0 && nominal < Double.MAX_VALUE
            ? Math.round(StrictMath.log(nominal) / StrictMath.log(RATIO))
            : Integer.MIN_VALUE;
    int at = 0;
    while (at < bins.size() && bins.get(at).key < key) {
      at++;
    }
    if (at < bins.size() && bins.get(at).key == key) {
      return bins.get(at);
    }
    if (bins.size() == MOST) {
      boolean above = at == 0 || (at < MOST && bins.get(at).key - key < key - bins.get(at - 1).key);
      return bins.get(above ? at : at - 1);
    }
    Bin fresh = new Bin(key, k);
    bins.add(at, fresh);
    return fresh;
  }

  /** Of all temperatures, coldest first. */
  List<BasinStanding.Exposure> all() {
    List<BasinStanding.Exposure> out = new ArrayList<>();
    for (Bin bin : bins) {
      long[][] transitions = new long[k][];
      for (int i = 0; i < k; i++) {
        transitions[i] = bin.transitions[i].clone();
      }
      out.add(
          new BasinStanding.Exposure(
              bin.weight == 0 ? Double.NaN : bin.nominal / bin.weight,
              bin.warm == 0 ? Double.NaN : bin.heat / bin.warm,
              bin.weight == 0 ? Double.NaN : bin.rate / bin.weight,
              bin.steps.clone(),
              bin.time.clone(),
              transitions));
    }
    return List.copyOf(out);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(bins.size());
    for (Bin bin : bins) {
      out.writeLong(bin.key);
      out.writeDouble(bin.nominal);
      out.writeDouble(bin.rate);
      out.writeDouble(bin.heat);
      out.writeLong(bin.weight);
      out.writeLong(bin.warm);
      for (int i = 0; i < k; i++) {
        out.writeLong(bin.steps[i]);
        out.writeDouble(bin.time[i]);
        for (int j = 0; j < k; j++) {
          out.writeLong(bin.transitions[i][j]);
        }
      }
    }
  }

  void readFrom(DataInput in) throws IOException {
    bins.clear();
    int count = in.readInt();
    if (count < 0 || count > MOST) {
      throw new IOException("state claims " + count + " temperatures of " + MOST);
    }
    for (int b = 0; b < count; b++) {
      Bin bin = new Bin(in.readLong(), k);
      bin.nominal = in.readDouble();
      bin.rate = in.readDouble();
      bin.heat = in.readDouble();
      bin.weight = in.readLong();
      bin.warm = in.readLong();
      for (int i = 0; i < k; i++) {
        bin.steps[i] = in.readLong();
        bin.time[i] = in.readDouble();
        for (int j = 0; j < k; j++) {
          bin.transitions[i][j] = in.readLong();
        }
      }
      bins.add(bin);
    }
  }
}
