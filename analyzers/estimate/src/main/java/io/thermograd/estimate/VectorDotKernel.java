package io.thermograd.estimate;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API's inner product. Only element-wise operations: the order in which reduceLanes adds
 * is unspecified and may change when a method is compiled, and then a replay would differ from the
 * live run in its last bits.
 */
final class VectorDotKernel implements DotKernel {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;

  private final float[] lanes = new float[LANES];

  @Override
  public double dot(float[] x, float[] y, int n) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int full = n - n % LANES;
    for (int i = 0; i < full; i += LANES) {
      s0 = s0.add(product(x, y, i));
      s1 = s1.add(product(x, y, i + 8));
      s2 = s2.add(product(x, y, i + 16));
      s3 = s3.add(product(x, y, i + 24));
    }
    s0.intoArray(lanes, 0);
    s1.intoArray(lanes, 8);
    s2.intoArray(lanes, 16);
    s3.intoArray(lanes, 24);
    return DotKernel.finish(lanes, x, y, full, n);
  }

  private static FloatVector product(float[] x, float[] y, int i) {
    return FloatVector.fromArray(SPECIES, x, i).mul(FloatVector.fromArray(SPECIES, y, i));
  }
}
