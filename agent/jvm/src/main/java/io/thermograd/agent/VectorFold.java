package io.thermograd.agent;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/** {@link FoldKernel} in 512-bit vectors: sixteen elements at a time. Stateless. */
final class VectorFold implements FoldKernel {
  private static final VectorShuffle<Float>[] EXCHANGE = exchanges();

  private static final LongVector STEPS = steps();

  /** Whether this processor has vectors of the kernel's width; others emulate them slowly. */
  static boolean isFast() {
    return FloatVector.SPECIES_PREFERRED.length() >= FoldSpec.LANES;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // generic array
  private static VectorShuffle<Float>[] exchanges() {
    VectorShuffle<Float>[] all = new VectorShuffle[FoldSpec.LANES];
    for (int i = 0; i < all.length; i++) {
      int mask = i;
      all[i] = VectorShuffle.fromOp(FloatVector.SPECIES_512, lane -> lane ^ mask);
    }
    return all;
  }

  private static LongVector steps() {
    long[] steps = new long[FoldSpec.SIGN_WORDS];
    for (int w = 0; w < steps.length; w++) {
      steps[w] = w * FoldSpec.STEP;
    }
    return LongVector.fromArray(LongVector.SPECIES_512, steps, 0);
  }

  @Override
  public void fold(float[] x, int from, int blocks, long firstBlock, long seed, float[] out) {
    for (int b = 0; b < blocks; b++) {
      block(x, from + b * FoldSpec.BLOCK, firstBlock + b, seed, out);
    }
  }

  private static void block(float[] x, int from, long block, long seed, float[] out) {
    long placement = FoldSpec.placement(seed, block);
    IntVector signs =
        words(FoldSpec.state(seed, block * FoldSpec.WORDS_PER_BLOCK)).reinterpretAsInts();
    signs = segment(x, from, signs, FoldSpec.firstPlace(placement, out.length), out);
    segment(x, from + FoldSpec.SEGMENT, signs, FoldSpec.secondPlace(placement, out.length), out);
  }

  /** Eight consecutive words at once, the first from this state. */
  private static LongVector words(long state) {
    LongVector z = STEPS.add(state);
    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 30)).mul(FoldSpec.MIX_1);
    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 27)).mul(FoldSpec.MIX_2);
    return z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 31));
  }

  private static IntVector segment(float[] x, int from, IntVector signs, int place, float[] out) {
    VectorShuffle<Float> exchange = EXCHANGE[place & (FoldSpec.LANES - 1)];
    int rows = place & -FoldSpec.LANES;
    for (int row = 0; row < FoldSpec.SEGMENT; row += FoldSpec.LANES) {
      int to = rows ^ row;
      FloatVector signed =
          FloatVector.fromArray(FloatVector.SPECIES_512, x, from + row)
              .reinterpretAsInts()
              .lanewise(VectorOperators.XOR, signs.and(Integer.MIN_VALUE))
              .reinterpretAsFloats();
      FloatVector.fromArray(FloatVector.SPECIES_512, out, to)
          .add(signed.rearrange(exchange))
          .intoArray(out, to);
      signs = signs.add(signs);
    }
    return signs;
  }
}
