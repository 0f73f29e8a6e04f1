package io.thermograd.live;

import java.util.ArrayList;
import java.util.List;

/**
 * One attempt's insights in the order of steps, at most as many as allowed.
 *
 * <p>When full, the older points are thinned: of every bucket of {@code w} steps the point with the
 * lowest and the one with the highest loss stay, {@code w} being the least power of two that makes
 * room. Buckets of different widths nest, so after any number of thinnings each bucket still holds
 * its true extremes, and the density is even over the run. The first point and the newest quarter
 * are never thinned.
 *
 * <p>Not thread-safe.
 */
final class PointSeries {
  enum Put {
    ADDED,
    REPLACED,
    SAME
  }

  private ArrayList<CompactInsight> points = new ArrayList<>();
  private long width = 1;

  Put put(CompactInsight point) {
    int at = indexAtOrAfter(point.step());
    if (at < points.size() && points.get(at).step() == point.step()) {
      Put result = points.get(at).toInsight().equals(point.toInsight()) ? Put.SAME : Put.REPLACED;
      points.set(at, point);
      return result;
    }
    points.add(at, point);
    return Put.ADDED;
  }

  int size() {
    return points.size();
  }

  CompactInsight last() {
    return points.get(points.size() - 1);
  }

  /** The points of steps greater than {@code step}; a copy. */
  List<CompactInsight> after(long step) {
    return new ArrayList<>(
        points.subList(indexAtOrAfter(step == Long.MAX_VALUE ? step : step + 1), points.size()));
  }

  /** Thins to at most {@code target} (≥ 8) points and tells how many went. */
  int thinTo(int target) {
    int before = points.size();
    if (before <= target) {
      return 0;
    }
    points = thinned(target / 4);
    while (points.size() > target) {
      // 62 doublings put everything into one bucket, which keeps two points.
      width *= 2;
      points = thinned(target / 4);
    }
    return before - points.size();
  }

  private ArrayList<CompactInsight> thinned(int newest) {
    int end = points.size() - newest;
    ArrayList<CompactInsight> kept = new ArrayList<>(points.size());
    kept.add(points.get(0));
    int from = 1;
    while (from < end) {
      long bucket = Math.floorDiv(points.get(from).step(), width);
      int to = from;
      int lowest = from;
      int highest = from;
      for (; to < end && Math.floorDiv(points.get(to).step(), width) == bucket; to++) {
        double height = points.get(to).height();
        // Written so that a point with a loss always displaces one without.
        if (!(height >= points.get(lowest).height()) && !Double.isNaN(height)) {
          lowest = to;
        }
        if (!(height <= points.get(highest).height()) && !Double.isNaN(height)) {
          highest = to;
        }
      }
      kept.add(points.get(Math.min(lowest, highest)));
      if (lowest != highest) {
        kept.add(points.get(Math.max(lowest, highest)));
      }
      from = to;
    }
    kept.addAll(points.subList(Math.max(end, 1), points.size()));
    return kept;
  }

  private int indexAtOrAfter(long step) {
    if (points.isEmpty() || last().step() < step) {
      return points.size();
    }
    int low = 0;
    int high = points.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (points.get(middle).step() < step) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
