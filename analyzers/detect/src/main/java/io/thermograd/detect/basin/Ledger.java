package io.thermograd.detect.basin;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run's way from core to core. It is in a basin from when it enters its core until it enters
 * another's; crossing a pass back and forth changes nothing. One owner thread.
 */
final class Ledger {
  /** Changes that are remembered one by one. */
  private static final int REMEMBERED = 512;

  private final int k;
  private final boolean[] visited;
  private final long[] steps;
  private final double[] time;
  private final long[][] transitions;
  private final long[] stays;
  private final Exposures exposures;
  private final Deque<BasinChange> changes = new ArrayDeque<>();
  private int current;
  private long enteredAt;
  private long lastInCore;
  private long returns;
  private double now;

  /** For basins 1 … k. */
  Ledger(int k) {
    this.k = k;
    visited = new boolean[k];
    steps = new long[k];
    time = new double[k];
    transitions = new long[k][k];
    stays = new long[k];
    exposures = new Exposures(k);
  }

  /**
   * Adds a step, or a stretch of them that ends with it.
   *
   * @param place the basin whose core it is in, 0 or less for none
   * @param span steps
   * @param dt their SGD time
   * @return the change of basin, null for none
   */
  @Nullable BasinChange accept(int place, long step, long span, double dt, Temperature heat) {
    now += dt;
    if (current > 0) {
      steps[current - 1] += span;
      time[current - 1] += dt;
      exposures.stay(current, span, dt, heat);
    }
    if (place <= 0) {
      return null;
    }
    if (place == current) {
      lastInCore = step;
      return null;
    }
    BasinChange change = null;
    if (current > 0) {
      change = new BasinChange(current, place, lastInCore, step, visited[place - 1]);
      transitions[current - 1][place - 1]++;
      stays[current - 1]++;
      returns += visited[place - 1] ? 1 : 0;
      exposures.transition(current, place, heat);
      if (changes.size() == REMEMBERED) {
        changes.removeFirst();
      }
      changes.addLast(change);
    }
    visited[place - 1] = true;
    current = place;
    enteredAt = step;
    lastInCore = step;
    return change;
  }

  int basins() {
    return k;
  }

  int current() {
    return current;
  }

  long enteredAt() {
    return enteredAt;
  }

  long lastInCore() {
    return lastInCore;
  }

  /** Entries into a basin that had been visited before. */
  long returns() {
    return returns;
  }

  boolean visited(int basin) {
    return visited[basin - 1];
  }

  long[] steps() {
    return steps.clone();
  }

  double[] time() {
    return time.clone();
  }

  /** Stays that have ended. */
  long[] stays() {
    return stays.clone();
  }

  long[][] transitions() {
    long[][] copy = new long[k][];
    for (int i = 0; i < k; i++) {
      copy[i] = transitions[i].clone();
    }
    return copy;
  }

  long transitionCount() {
    long sum = 0;
    for (long n : stays) {
      sum += n;
    }
    return sum;
  }

  /** The latest, oldest first. */
  List<BasinChange> changes() {
    return new ArrayList<>(changes);
  }

  List<BasinStanding.Exposure> exposures() {
    return exposures.all();
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(current);
    out.writeLong(enteredAt);
    out.writeLong(lastInCore);
    out.writeLong(returns);
    out.writeDouble(now);
    for (int i = 0; i < k; i++) {
      out.writeBoolean(visited[i]);
      out.writeLong(steps[i]);
      out.writeDouble(time[i]);
      out.writeLong(stays[i]);
      for (int j = 0; j < k; j++) {
        out.writeLong(transitions[i][j]);
      }
    }
    exposures.writeTo(out);
    out.writeInt(changes.size());
    for (BasinChange c : changes) {
      out.writeByte(c.from());
      out.writeByte(c.to());
      out.writeLong(c.left());
      out.writeLong(c.entered());
      out.writeBoolean(c.known());
    }
  }

  void readFrom(DataInput in) throws IOException {
    current = in.readInt();
    enteredAt = in.readLong();
    lastInCore = in.readLong();
    returns = in.readLong();
    now = in.readDouble();
    for (int i = 0; i < k; i++) {
      visited[i] = in.readBoolean();
      steps[i] = in.readLong();
      time[i] = in.readDouble();
      stays[i] = in.readLong();
      for (int j = 0; j < k; j++) {
        transitions[i][j] = in.readLong();
      }
    }
    exposures.readFrom(in);
    int count = in.readInt();
    if (count < 0 || count > REMEMBERED) {
      throw new IOException("state claims " + count + " changes of basin of " + REMEMBERED);
    }
    changes.clear();
    for (int c = 0; c < count; c++) {
      changes.addLast(
          new BasinChange(
              in.readByte(), in.readByte(), in.readLong(), in.readLong(), in.readBoolean()));
    }
  }
}
