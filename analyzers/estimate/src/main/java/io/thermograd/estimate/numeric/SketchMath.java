package io.thermograd.estimate.numeric;

/**
 * Inner products of sketches. O(k); results do not depend on the processor. One owner thread: the
 * kernel keeps scratch space.
 */
public final class SketchMath {
  // Below, squares of single elements start to vanish in float; above, they overflow.
  private static final double SAFE_LOW = 1e-25;
  private static final double SAFE_HIGH = 1e35;

  private final DotKernel kernel;

  public SketchMath() {
    this(DotKernel.best());
  }

  public SketchMath(DotKernel kernel) {
    this.kernel = kernel;
  }

  /**
   * ⟨x, y⟩ in float products, in double where floats would overflow or vanish. Relative error of a
   * square about 10⁻⁶; NaN when an element is.
   */
  public double dot(float[] x, float[] y) {
    double sum = kernel.dot(x, y, x.length);
    double size = Math.abs(sum);
    return size > SAFE_LOW && size < SAFE_HIGH ? sum : exactDot(x, y);
  }

  /** ‖x‖². */
  public double sqnorm(float[] x) {
    return dot(x, x);
  }

  /** Lanes of {@link #lanes}. */
  public static final int LANES = DotKernel.LANES;

  /**
   * ⟨x, y⟩ in {@value DotKernel#LANES} parts, one a residue of the coordinate: of a sketch each is
   * an estimate of an equal share of the inner product, and their spread tells of its error. In
   * float; elements whose squares are not normal floats lose precision.
   */
  public void lanes(float[] x, float[] y, float[] lanes) {
    kernel.lanes(x, y, x.length, lanes);
  }

  private static double exactDot(float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum;
  }
}
