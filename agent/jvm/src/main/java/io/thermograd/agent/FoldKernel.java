package io.thermograd.agent;

/**
 * The inner loop of {@link Sketcher}'s block fold: adds whole blocks of a vector to the sketch. All
 * implementations give the same bits: within a block every element goes to a place of its own or
 * follows its predecessor there, and each place is added to in the order of the elements.
 */
interface FoldKernel {

  /**
   * Adds {@code blocks} blocks of {@link FoldSpec#BLOCK} elements, the first of them the vector's
   * block number {@code firstBlock}.
   *
   * @param x holds the elements from {@code from} on
   * @param out the sketch, a power of two long
   */
  void fold(float[] x, int from, int blocks, long firstBlock, long seed, float[] out);

  /** The fastest kernel that this JVM can run. */
  static FoldKernel best() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return new ScalarFold();
    }
    try {
      return VectorFold.isFast() ? new VectorFold() : new ScalarFold();
    } catch (LinkageError incubatorChanged) {
      // An incubating API may differ in a later JDK; the plain loops give the same bits.
      return new ScalarFold();
    }
  }
}
