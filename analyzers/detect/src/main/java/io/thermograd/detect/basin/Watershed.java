package io.thermograd.detect.basin;

import java.util.Arrays;

/**
 * Basins of a surface on a graph, by flooding it from below: a minimum stands on its own if, where
 * its lake first meets another's, the water has risen far enough, and if the straight way to the
 * other's minimum rises as well; otherwise the deeper lake takes it in. (Between sparse points of a
 * narrow valley every way along the graph climbs its walls; the straight way does not.) O(n log n +
 * edges).
 */
final class Watershed {
  private static final int NONE = -1;

  /** Whether a height above a minimum is enough to keep what is beyond apart. */
  interface Ridge {
    /** Of one cell above another. */
    boolean between(int top, int minimum);

    /** Of any place on the straight way from one minimum to another, above the first. */
    boolean across(int minimum, int other);
  }

  private final double[] u;
  private final int[] lake;
  private final int[] over;
  private final boolean[] settled;
  private final int[] pass;
  private final int[] number;
  private int count;

  /**
   * @param u height
   * @param near neighbours
   */
  Watershed(double[] u, int[][] near, Ridge ridge) {
    this.u = u;
    int n = u.length;
    lake = new int[n];
    over = new int[n];
    settled = new boolean[n];
    pass = new int[n];
    number = new int[n];
    Arrays.fill(lake, NONE);
    Arrays.fill(pass, NONE);
    for (int c : Order.ascending(u)) {
      int lowest = NONE;
      for (int e : near[c]) {
        if (lake[e] != NONE && (lowest == NONE || u[e] < u[lowest])) {
          lowest = e;
        }
      }
      if (lowest == NONE) {
        lake[c] = c;
        over[c] = c;
        continue;
      }
      lake[c] = find(lake[lowest]);
      for (int e : near[c]) {
        if (lake[e] != NONE) {
          meet(find(lake[c]), find(lake[e]), c, ridge);
        }
      }
    }
    Arrays.fill(number, NONE);
    for (int c : Order.ascending(u)) {
      int root = find(lake[c]);
      if (number[root] == NONE) {
        number[root] = count++;
      }
    }
  }

  private void meet(int a, int b, int at, Ridge ridge) {
    if (a == b) {
      return;
    }
    int high = u[a] > u[b] || (u[a] == u[b] && a > b) ? a : b;
    int low = high == a ? b : a;
    if (!settled[high]) {
      if (ridge.between(at, high) && ridge.across(high, low)) {
        settled[high] = true;
      } else {
        over[high] = low;
        lower(low, pass[high]);
        return;
      }
    }
    lower(high, at);
    lower(low, at);
  }

  private void lower(int basin, int at) {
    if (at != NONE && (pass[basin] == NONE || u[at] < u[pass[basin]])) {
      pass[basin] = at;
    }
  }

  private int find(int c) {
    int root = c;
    while (over[root] != root) {
      root = over[root];
    }
    return root;
  }

  /** Basins, the deepest first. */
  int count() {
    return count;
  }

  /** Of every cell, from 1. */
  byte[] labels() {
    byte[] labels = new byte[u.length];
    for (int c = 0; c < u.length; c++) {
      labels[c] = (byte) (number[find(lake[c])] + 1);
    }
    return labels;
  }

  /** The lowest cell of basin b, from 0. */
  int minimum(int b) {
    for (int c = 0; c < u.length; c++) {
      if (over[c] == c && lake[c] == c && number[c] == b) {
        return c;
      }
    }
    throw new IllegalArgumentException("basin should be below " + count + ": was " + b);
  }

  /** The cell over which the lowest way out of basin b leads; −1 where there is none. */
  int pass(int b) {
    return pass[minimum(b)];
  }

  /** Indices by rising value, by index where equal. */
  private static final class Order {
    private Order() {}

    static int[] ascending(double[] x) {
      Integer[] order = new Integer[x.length];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, (i, j) -> Double.compare(x[i], x[j]));
      return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }
  }
}
