package io.thermograd.detect.basin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A trail seen on a chart: in whose core each of its points is. */
final class Path {
  private final Trail trail;
  private final int k;
  private final int[] core;
  private final int[] side;
  private final int[] last;

  /**
   * @param k basins
   * @param places of the trail's points
   */
  Path(Trail trail, int k, int[] places) {
    this.trail = trail;
    this.k = k;
    core = new int[trail.size()];
    side = new int[trail.size()];
    last = new int[trail.size()];
    int current = 0;
    for (int p = 0; p < core.length; p++) {
      core[p] = Math.max(0, places[p]);
      side[p] = Math.abs(places[p]);
      current = core[p] > 0 ? core[p] : current;
      last[p] = current;
    }
  }

  /** The same with the basins called by other numbers; 0 for none. */
  Path renamed(int[] number) {
    int[] places = new int[core.length];
    for (int p = 0; p < places.length; p++) {
      int called = side[p] == 0 ? 0 : number[side[p] - 1];
      places[p] = core[p] > 0 ? called : -called;
    }
    return new Path(trail, Arrays.stream(number).max().orElse(0), places);
  }

  /**
   * What the basins of a chart are to be called.
   *
   * @param number of each; 0 for those whose core was never entered
   * @param kept how many are known already
   */
  record Names(int[] number, int kept) {}

  /**
   * Each basin's name is the number under which most of its points are known, or the first that is
   * free, in order of discovery: that of a basin which is known no longer, or the next one. Numbers
   * are 1, 2, … without a gap.
   *
   * @param known basins by which the trail's points are marked
   */
  Names names(int known) {
    int[][] overlap = new int[k][known + 1];
    int[] discovered = new int[k];
    Arrays.fill(discovered, Integer.MAX_VALUE);
    for (int p = core.length - 1; p >= 0; p--) {
      if (core[p] > 0) {
        overlap[core[p] - 1][Math.min(trail.basin(p), known)]++;
        discovered[core[p] - 1] = p;
      }
    }
    int[] name = new int[k];
    int kept = 0;
    for (int round = 0; round < Math.min(k, known); round++) {
      int best = 0;
      int basin = -1;
      int number = 0;
      for (int b = 0; b < k; b++) {
        for (int o = 1; o <= known && name[b] == 0; o++) {
          if (overlap[b][o] > best && !taken(name, o)) {
            best = overlap[b][o];
            basin = b;
            number = o;
          }
        }
      }
      if (basin >= 0) {
        name[basin] = number;
        kept++;
      }
    }
    int next = 1;
    for (int p = 0; p < core.length; p++) {
      if (core[p] > 0 && name[core[p] - 1] == 0) {
        while (taken(name, next)) {
          next++;
        }
        name[core[p] - 1] = next;
      }
    }
    return new Names(dense(name), kept);
  }

  private static boolean taken(int[] name, int number) {
    for (int n : name) {
      if (n == number) {
        return true;
      }
    }
    return false;
  }

  private static int[] dense(int[] name) {
    int[] out = new int[name.length];
    for (int b = 0; b < name.length; b++) {
      for (int other : name) {
        out[b] += name[b] > 0 && other > 0 && other <= name[b] ? 1 : 0;
      }
    }
    return out;
  }

  /** The way from core to core as far as the trail's points tell. */
  Ledger ledger() {
    Ledger ledger = new Ledger(Math.max(1, k));
    follow(ledger, core, 0, List.of());
    return ledger;
  }

  /**
   * The same where the way among some of the basins is known to the step, but not among the others,
   * which have just been told apart from them.
   *
   * @param exact changes, oldest first
   * @param known basins among which they are
   */
  Ledger ledger(List<BasinChange> exact, int known) {
    Ledger ledger = new Ledger(Math.max(1, k));
    int[] places = core.clone();
    long first = exact.isEmpty() ? Long.MAX_VALUE : exact.get(0).left();
    for (int p = 1; p < places.length; p++) {
      // Where the steps are known, a point tells only of coming to the new basins or from them.
      if (places[p] <= known && last[p - 1] <= known && trail.step(p) >= first) {
        places[p] = 0;
      }
    }
    follow(ledger, places, 0, confirmed(exact, origins(known)));
    return ledger;
  }

  /** Which basin each one was taken for: itself where it was known already. */
  private int[] origins(int known) {
    int[][] taken = new int[k + 1][known + 1];
    for (int p = 0; p < core.length; p++) {
      taken[core[p]][Math.min(trail.basin(p), known)]++;
    }
    int[] origins = new int[k + 1];
    for (int b = 1; b <= k; b++) {
      int most = b <= known ? b : 0;
      for (int o = 1; o <= known && b > known; o++) {
        most = taken[b][o] > taken[b][most] || most == 0 ? o : most;
      }
      origins[b] = most;
    }
    return origins;
  }

  private static boolean split(int[] origins, int basin) {
    int parts = 0;
    for (int origin : origins) {
      parts += origin == basin ? 1 : 0;
    }
    return parts > 1;
  }

  /**
   * Those changes that the points do not contradict, of basins that had others in them. A stay that
   * no point saw in a core was in the part of the basin on whose side the first of its points is.
   */
  private List<BasinChange> confirmed(List<BasinChange> exact, int[] origins) {
    List<BasinChange> kept = new ArrayList<>();
    int p = 0;
    for (int c = 0; c < exact.size(); c++) {
      BasinChange change = exact.get(c);
      long end = c + 1 < exact.size() ? exact.get(c + 1).entered() : Long.MAX_VALUE;
      while (p < core.length && trail.step(p) < change.entered()) {
        p++;
      }
      int q = p;
      int to = 0;
      while (q < core.length && trail.step(q) < end && core[q] == 0) {
        to = to == 0 && origins[side[q]] == change.to() ? side[q] : to;
        q++;
      }
      boolean seen = q < core.length && trail.step(q) < end;
      if (!split(origins, change.to()) || !seen || core[q] == change.to()) {
        // Where such a basin was left says nothing of its parts.
        BasinChange known = split(origins, change.from()) ? change.leftAt(Long.MIN_VALUE) : change;
        kept.add(seen || to == 0 ? known : known.into(to));
      }
    }
    return kept;
  }

  /** Of a run that has one basin: since when its loss has been no higher than of late. */
  Ledger oneBasin() {
    int n = trail.size();
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (int p = n / 2; p < n; p++) {
      double loss = trail.meanLoss(p);
      if (!Double.isNaN(loss)) {
        count++;
        double d = loss - sum / Math.max(1, count - 1);
        sum += loss;
        squares += count > 1 ? d * (loss - sum / count) : 0;
      }
    }
    double level = count < 2 ? Double.POSITIVE_INFINITY : sum / count + Math.sqrt(squares / count);
    int from = 0;
    while (from < n - 1 && trail.meanLoss(from) > level) {
      from++;
    }
    Ledger ledger = new Ledger(1);
    int[] there = new int[n];
    Arrays.fill(there, 1);
    follow(ledger, there, from, List.of());
    return ledger;
  }

  private void follow(Ledger ledger, int[] places, int from, List<BasinChange> exact) {
    int next = 0;
    for (int p = from; p < places.length; p++) {
      long before = p == 0 ? trail.step(0) - 1 : trail.step(p - 1);
      double dt = p == 0 ? 0 : trail.time(p) - trail.time(p - 1);
      double perStep = dt / (trail.step(p) - before);
      Temperature heat = trail.temperature(p);
      while (next < exact.size() && exact.get(next).entered() <= trail.step(p)) {
        BasinChange change = exact.get(next++);
        if (change.entered() > before) {
          if (ledger.current() != change.from() && change.left() > before) {
            long span = change.left() - before;
            ledger.accept(change.from(), change.left(), span, span * perStep, heat);
            before = change.left();
          }
          long span = change.entered() - before;
          ledger.accept(change.to(), change.entered(), span, span * perStep, heat);
          before = change.entered();
        }
      }
      long span = trail.step(p) - before;
      ledger.accept(places[p], trail.step(p), span, span * perStep, heat);
    }
  }

  /** Marks the trail's points with the basins they are in. */
  void mark() {
    for (int p = 0; p < last.length; p++) {
      trail.setBasin(p, last[p]);
    }
  }
}
