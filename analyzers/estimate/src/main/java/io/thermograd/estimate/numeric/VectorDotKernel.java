package io.thermograd.estimate.numeric;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API's inner product, two vectors of lanes at a time: narrower vectors take several
 * passes, and give the same bits. Only element-wise operations: the order in which reduceLanes adds
 * is unspecified and may change when a method is compiled, and then a replay would differ from the
 * live run in its last bits. No vector is an argument or a result of a method of ours: where C2 has
 * inlined enough already, it would become an object, 60 KB a step.
 */
final class VectorDotKernel implements DotKernel {
  private static final VectorSpecies<Float> F = Species.FLOATS;
  private static final int W = F.length();

  private final float[] lanes = new float[LANES];

  @Override
  public double dot(float[] x, float[] y, int n) {
    int full = n - n % LANES;
    add(x, y, full, lanes);
    return DotKernel.finish(lanes, x, y, full, n);
  }

  @Override
  public void lanes(float[] x, float[] y, int n, float[] lanes) {
    add(x, y, n - n % LANES, lanes);
    DotKernel.rest(lanes, x, y, n);
  }

  private static void add(float[] x, float[] y, int full, float[] lanes) {
    for (int l = 0; l < LANES; l += 2 * W) {
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = s0;
      for (int i = l; i < full; i += LANES) {
        FloatVector x0 = FloatVector.fromArray(F, x, i);
        FloatVector x1 = FloatVector.fromArray(F, x, i + W);
        s0 = s0.add(x0.mul(FloatVector.fromArray(F, y, i)));
        s1 = s1.add(x1.mul(FloatVector.fromArray(F, y, i + W)));
      }
      s0.intoArray(lanes, l);
      s1.intoArray(lanes, l + W);
    }
  }
}
