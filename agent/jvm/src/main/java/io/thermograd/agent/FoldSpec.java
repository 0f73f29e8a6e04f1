package io.thermograd.agent;

/** The numbers that define the block fold; {@link Sketcher} says what they are for. */
final class FoldSpec {
  /** Elements that share sign words and a placement word. */
  static final int BLOCK = 512;

  /** Elements that are moved together: two segments make a block. */
  static final int SEGMENT = 256;

  /** Signs come as the bits of this many 32-bit lanes; element e of a block uses lane e mod 16. */
  static final int LANES = 16;

  /** Lanes as 64-bit words. */
  static final int SIGN_WORDS = LANES / 2;

  /** Words of the SplitMix64 sequence that belong to one block; nine of them are used. */
  static final int WORDS_PER_BLOCK = 16;

  static final int MIN_DIM = SEGMENT;
  static final int MAX_DIM = 1 << 20;

  /** What SplitMix64 adds to its state before each word. */
  static final long STEP = 0x9e3779b97f4a7c15L;

  static final long MIX_1 = 0xbf58476d1ce4e5b9L;
  static final long MIX_2 = 0x94d049bb133111ebL;

  private FoldSpec() {}

  static void requireDim(String name, int dim) {
    if (dim < MIN_DIM || dim > MAX_DIM || Integer.bitCount(dim) != 1) {
      throw new IllegalArgumentException(
          "%s should be a power of two from %d to %d: was %d"
              .formatted(name, MIN_DIM, MAX_DIM, dim));
    }
  }

  /** The word numbered {@code index} (from 0) that a SplitMix64 generator yields from this seed. */
  static long word(long seed, long index) {
    long z = state(seed, index);
    z = (z ^ (z >>> 30)) * MIX_1;
    z = (z ^ (z >>> 27)) * MIX_2;
    return z ^ (z >>> 31);
  }

  /** The generator's state that the word is a mixture of. */
  static long state(long seed, long index) {
    return seed + (index + 1) * STEP;
  }

  static long placement(long seed, long block) {
    return word(seed, block * WORDS_PER_BLOCK + SIGN_WORDS);
  }

  static int firstPlace(long placement, int dim) {
    return (int) (placement >>> (64 - Integer.numberOfTrailingZeros(dim)));
  }

  static int secondPlace(long placement, int dim) {
    return (int) ((placement & 0xffffffffL) >>> (32 - Integer.numberOfTrailingZeros(dim)));
  }
}
