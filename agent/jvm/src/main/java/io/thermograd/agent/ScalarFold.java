package io.thermograd.agent;

/** {@link FoldKernel} in plain loops, for JVMs without the Vector API. Stateless. */
final class ScalarFold implements FoldKernel {

  @Override
  public void fold(float[] x, int from, int blocks, long firstBlock, long seed, float[] out) {
    int[] lanes = new int[FoldSpec.LANES];
    for (int b = 0; b < blocks; b++) {
      long block = firstBlock + b;
      for (int w = 0; w < FoldSpec.SIGN_WORDS; w++) {
        long word = FoldSpec.word(seed, block * FoldSpec.WORDS_PER_BLOCK + w);
        lanes[2 * w] = (int) word;
        lanes[2 * w + 1] = (int) (word >>> 32);
      }
      long placement = FoldSpec.placement(seed, block);
      int at = from + b * FoldSpec.BLOCK;
      segment(x, at, lanes, FoldSpec.firstPlace(placement, out.length), out);
      segment(x, at + FoldSpec.SEGMENT, lanes, FoldSpec.secondPlace(placement, out.length), out);
    }
  }

  /** Uses the lanes' leading bits up: one a row of sixteen elements. */
  private static void segment(float[] x, int from, int[] lanes, int place, float[] out) {
    for (int row = 0; row < FoldSpec.SEGMENT; row += FoldSpec.LANES) {
      for (int lane = 0; lane < FoldSpec.LANES; lane++) {
        int sign = lanes[lane] & Integer.MIN_VALUE;
        lanes[lane] <<= 1;
        float signed = Float.intBitsToFloat(Float.floatToRawIntBits(x[from + row + lane]) ^ sign);
        out[place ^ (row + lane)] += signed;
      }
    }
  }
}
