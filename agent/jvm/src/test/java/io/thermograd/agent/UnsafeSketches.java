package io.thermograd.agent;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sketches that the block fold could have been, in one loop: CountSketch and the block fold by
 * addition keep the variance bound, the cheaper ones do not. Kept for the property test to catch.
 */
final class UnsafeSketches {
  interface Sketch {
    void sketch(float[] x, long seed, float[] out);
  }

  private interface Place {
    int of(long i, long seed, int dim);
  }

  private interface Sign {
    long bit(long i, long seed);
  }

  private static final int SEGMENT = 256;

  private UnsafeSketches() {}

  static Map<String, Sketch> safe() {
    Map<String, Sketch> all = new LinkedHashMap<>();
    all.put("CountSketch", of((i, s, k) -> top(hash(s, i, 1), k), UnsafeSketches::ownSign));
    all.put("added offset, own signs", of(UnsafeSketches::fullOffset, UnsafeSketches::ownSign));
    return all;
  }

  static Map<String, Sketch> unsafe() {
    Map<String, Sketch> all = new LinkedHashMap<>();
    all.put(
        "offsets of 64, segment × lane signs",
        of(UnsafeSketches::coarse, (i, s) -> ownSign(i / SEGMENT, s) ^ ownSign(i % SEGMENT, ~s)));
    all.put("offsets of 64, own signs", of(UnsafeSketches::coarse, UnsafeSketches::ownSign));
    all.put(
        "one sign a segment", of(UnsafeSketches::fullOffset, (i, s) -> ownSign(i / SEGMENT, s)));
    all.put("no offset", of((i, s, k) -> (int) (i % SEGMENT), UnsafeSketches::ownSign));
    all.put(
        "bare multiply-shift",
        of((i, s, k) -> top((hash(s, 0, 1) | 1) * i, k), (i, s) -> (hash(s, 0, 2) | 1) * i >>> 63));
    return all;
  }

  private static Sketch of(Place place, Sign sign) {
    return (x, seed, out) -> {
      for (int i = 0; i < x.length; i++) {
        out[place.of(i, seed, out.length)] += sign.bit(i, seed) == 0 ? x[i] : -x[i];
      }
    };
  }

  private static int fullOffset(long i, long seed, int dim) {
    return (int) (top(hash(seed, i / SEGMENT, 1), dim) + i % SEGMENT) & (dim - 1);
  }

  private static int coarse(long i, long seed, int dim) {
    return (int) ((top(hash(seed, i / SEGMENT, 1), dim) & -64) + i % SEGMENT) & (dim - 1);
  }

  private static long ownSign(long i, long seed) {
    return hash(seed, i, 2) >>> 63;
  }

  private static int top(long hash, int dim) {
    return (int) (hash >>> (64 - Integer.numberOfTrailingZeros(dim)));
  }

  private static long hash(long seed, long i, int purpose) {
    return FoldSpec.word(FoldSpec.word(seed, purpose), i);
  }
}
