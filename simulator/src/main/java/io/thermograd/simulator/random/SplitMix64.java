package io.thermograd.simulator.random;

/**
 * The splitmix64 generator: period 2⁶⁴, passes BigCrush. Chosen over the JDK's generators because
 * its sequence is fixed here and cannot change with the Java version.
 *
 * <p>Not thread-safe: one generator per thread, made with {@link #stream}.
 *
 * <p>Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA
 * 2014, doi:10.1145/2660193.2660195.
 */
public final class SplitMix64 {
  static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;
  private double spareGaussian = Double.NaN;

  public SplitMix64(long seed) {
    this.state = seed;
  }

  /**
   * The generator for one purpose within an experiment. Equal arguments give equal sequences; the
   * purposes of one seed start at unrelated points of the period.
   */
  public static SplitMix64 stream(long seed, long purpose) {
    return new SplitMix64(mix(mix(seed) + GOLDEN_GAMMA * (2 * purpose + 1)));
  }

  /** All 64 bits uniform. */
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Uniform on {0, …, bound − 1}, without bias. */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound should be positive: was " + bound);
    }
    // Lemire's multiply-and-reject on 32 bits: the low half below 2³² mod bound would be biased.
    long product = (nextLong() >>> 32) * bound;
    long low = product & 0xFFFFFFFFL;
    if (low < bound) {
      long threshold = (1L << 32) % bound;
      while (low < threshold) {
        product = (nextLong() >>> 32) * bound;
        low = product & 0xFFFFFFFFL;
      }
    }
    return (int) (product >>> 32);
  }

  /** Uniform on [0, 1), a multiple of 2⁻⁵³. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Standard normal by Marsaglia's polar method, in strict arithmetic. */
  public double nextGaussian() {
    if (!Double.isNaN(spareGaussian)) {
      double spare = spareGaussian;
      spareGaussian = Double.NaN;
      return spare;
    }
    while (true) {
      double u = 2 * nextDouble() - 1;
      double v = 2 * nextDouble() - 1;
      double s = u * u + v * v;
      if (s > 0 && s < 1) {
        double scale = StrictMath.sqrt(-2 * StrictMath.log(s) / s);
        spareGaussian = v * scale;
        return u * scale;
      }
    }
  }

  /** Uniformly random order of the given elements, in place (Fisher–Yates). */
  public void shuffle(int[] elements) {
    for (int i = elements.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int kept = elements[i];
      elements[i] = elements[j];
      elements[j] = kept;
    }
  }

  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
