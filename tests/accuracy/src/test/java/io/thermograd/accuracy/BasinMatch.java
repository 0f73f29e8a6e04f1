package io.thermograd.accuracy;

import io.thermograd.detect.basin.BasinChange;
import io.thermograd.simulator.scenario.Truth;
import java.util.ArrayList;
import java.util.List;

/**
 * Basins that were found against the true ones: numbers are matched one to one, the pair with most
 * steps in common first. The way is the detector's at the end of the run, its changes to the step;
 * steps of the true passages from core to core are left out. A transition is found when its from,
 * its to and its step agree, that to the tolerance, each used once.
 *
 * @param compared steps
 * @param agreed of them
 * @param found transitions
 * @param real transitions
 * @param matched of both
 */
record BasinMatch(
    int basins, int trueBasins, long compared, long agreed, int found, int real, int matched) {

  private record Stay(int basin, long from) {}

  static BasinMatch of(BasinRun run, Truth truth, long tolerance) {
    int n = (int) truth.steps();
    boolean[] between = new boolean[n];
    List<Stay> real = new ArrayList<>();
    for (Truth.Visit visit : truth.visits()) {
      real.add(new Stay(visit.basin() + 1, visit.entered()));
      for (long s = visit.crossed(); s < visit.entered(); s++) {
        between[(int) s] = true;
      }
    }
    List<Stay> found = new ArrayList<>();
    for (BasinChange change : run.changes()) {
      if (found.isEmpty()) {
        found.add(new Stay(change.from(), 0));
      }
      found.add(new Stay(change.to(), change.entered()));
    }
    if (found.isEmpty()) {
      found.add(new Stay(Math.max(1, run.standing().current()), 0));
    }
    int[] is = path(real, n);
    int[] said = path(found, n);
    int k = Math.max(1, run.standing().count());
    int[][] common = new int[k + 1][truth.basins().size() + 1];
    long compared = 0;
    for (int s = 0; s < n; s++) {
      if (is[s] > 0 && !between[s]) {
        common[said[s]][is[s]]++;
        compared++;
      }
    }
    int[] partner = new int[k + 1];
    long agreed = pair(common, partner);
    return new BasinMatch(
        k,
        (int) truth.visits().stream().mapToInt(Truth.Visit::basin).distinct().count(),
        compared,
        agreed,
        found.size() - 1,
        Math.max(0, real.size() - 1),
        matches(found, real, partner, tolerance));
  }

  private static int[] path(List<Stay> stays, int n) {
    int[] path = new int[n];
    for (int i = 0; i < stays.size(); i++) {
      long end = i + 1 < stays.size() ? stays.get(i + 1).from() : n;
      for (long s = stays.get(i).from(); s < end; s++) {
        path[(int) s] = stays.get(i).basin();
      }
    }
    return path;
  }

  private static long pair(int[][] common, int[] partner) {
    boolean[] used = new boolean[common[0].length];
    long agreed = 0;
    while (true) {
      int best = 0;
      int row = 0;
      int column = 0;
      for (int i = 1; i < common.length; i++) {
        for (int j = 1; j < used.length; j++) {
          if (partner[i] == 0 && !used[j] && common[i][j] > best) {
            best = common[i][j];
            row = i;
            column = j;
          }
        }
      }
      if (best == 0) {
        return agreed;
      }
      partner[row] = column;
      used[column] = true;
      agreed += best;
    }
  }

  private static int matches(List<Stay> found, List<Stay> real, int[] partner, long tolerance) {
    boolean[] used = new boolean[real.size()];
    int matched = 0;
    for (int f = 1; f < found.size(); f++) {
      for (int r = 1; r < real.size(); r++) {
        if (!used[r]
            && partner[found.get(f).basin()] == real.get(r).basin()
            && partner[found.get(f - 1).basin()] == real.get(r - 1).basin()
            && Math.abs(found.get(f).from() - real.get(r).from()) <= tolerance) {
          used[r] = true;
          matched++;
          break;
        }
      }
    }
    return matched;
  }
}
