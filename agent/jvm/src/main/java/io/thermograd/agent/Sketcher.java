package io.thermograd.agent;

import java.util.Arrays;
import java.util.Objects;

/**
 * Linear sketch S: R^P → R^dim of gradients and parameters that keeps inner products: E⟨Sx, Sy⟩ =
 * ⟨x, y⟩ and Var⟨Sx, Sy⟩ ≤ (‖x‖²‖y‖² + ⟨x, y⟩²)/dim ≤ 2‖x‖²‖y‖²/dim over the seeds, for any fixed x
 * and y. The units are those of x. All vectors of a run must go through sketchers of one scheme, P,
 * dim and seed.
 *
 * <p><b>Scheme "identity"</b> when P ≤ dim: the sketch is the vector, so {@link #dim()} is P and
 * every inner product is exact.
 *
 * <p><b>Scheme "block_fold"</b> otherwise. Let w(n), n = 0, 1, …, be the 64-bit outputs of
 * SplitMix64 started at the seed (the sequence of {@code new SplittableRandom(seed).nextLong()}).
 * Element i of the vector is element e = i mod 512 of block b = ⌊i/512⌋, and
 *
 * <pre>
 *   out[place ⊕ (e mod 256)] += sign · x[i]        in the order of i, in float
 *   place = the top log2(dim) bits of the upper (e &lt; 256) or lower (e ≥ 256) half of w(16b + 8)
 *   sign  = − if bit 31 − ⌊e/16⌋ is set in 32-bit lane e mod 16 of w(16b) … w(16b + 7), else +
 * </pre>
 *
 * where lane 2j is the lower and lane 2j + 1 the upper half of w(16b + j). A last, partial block is
 * filled up with zeros.
 *
 * <p><b>Why the bound holds.</b> Signs are independent bits, so ⟨Sx, Sy⟩ − ⟨x, y⟩ is the sum over i
 * ≠ j that share a place of sign_i sign_j x_i y_j: mean 0, and products of different pairs are
 * uncorrelated. Elements of one segment of 256 never share a place, elements of two segments do
 * with probability 1/dim exactly, because the ⊕ of their independent, uniform places is uniform.
 * Hence Var = Σ (x_i²y_j² + x_i y_i x_j y_j)/dim over i, j in different segments: CountSketch's
 * variance less the pairs within segments, whatever the structure of x and y. The ⊕ needs no tail
 * and keeps every group of sixteen together, so that a vector unit can do the work.
 *
 * <p>Non-finite elements reach the sketch as NaN or infinity; a sketch of zero elements is zero.
 * Cost: one pass, near memory speed with {@code --add-modules jdk.incubator.vector}, and plain
 * loops with the same bits without. Not thread-safe: one sketcher a thread. Source: Charikar, Chen
 * and Farach-Colton (2002), doi:10.1007/3-540-45465-9_59, with a hash per segment.
 */
public final class Sketcher {
  private final long parameterCount;
  private final int dim;
  private final long seed;
  private final boolean identity;
  private final FoldKernel kernel;
  private final float[] partial;

  private float[] out = new float[0];
  private boolean open;
  private long accepted;

  private Sketcher(long parameterCount, int dim, long seed, FoldKernel kernel) {
    if (parameterCount < 1) {
      throw new IllegalArgumentException(
          "parameterCount should be at least 1: was " + parameterCount);
    }
    FoldSpec.requireDim("dim", dim);
    this.parameterCount = parameterCount;
    this.identity = parameterCount <= dim;
    this.dim = identity ? (int) parameterCount : dim;
    this.seed = seed;
    this.kernel = kernel;
    this.partial = identity ? new float[0] : new float[FoldSpec.BLOCK];
  }

  /**
   * A sketcher of vectors of {@code parameterCount} elements.
   *
   * @param dim the most floats that a sketch may take: a power of two from 256 to 1048576; the
   *     relative standard error of a squared norm is at most √(2/dim)
   */
  public static Sketcher of(long parameterCount, int dim, long seed) {
    return new Sketcher(parameterCount, dim, seed, FoldKernel.best());
  }

  static Sketcher of(long parameterCount, int dim, long seed, FoldKernel kernel) {
    return new Sketcher(parameterCount, dim, seed, kernel);
  }

  /** {@code identity} or {@code block_fold}, as {@code RunStarted.sketch_scheme} records it. */
  public String scheme() {
    return identity ? "identity" : "block_fold";
  }

  /** Floats in a sketch: P for the identity, else the dim asked for. */
  public int dim() {
    return dim;
  }

  /** As given; unused by the identity. */
  public long seed() {
    return seed;
  }

  /** P, the length of the vectors. */
  public long parameterCount() {
    return parameterCount;
  }

  /** Sketches a whole vector of P elements into {@code target}, which has {@link #dim()}. */
  public void sketch(float[] x, float[] target) {
    reset(target);
    accept(x, 0, x.length);
    finish();
  }

  /** Begins a vector that comes in pieces; {@code target} is cleared and grows with each piece. */
  public void reset(float[] target) {
    if (target.length != dim) {
      throw new IllegalArgumentException(
          "out should have the sketch's dim, %d: had %d".formatted(dim, target.length));
    }
    Arrays.fill(target, 0);
    out = target;
    open = true;
    accepted = 0;
  }

  /** Appends a whole tensor to the vector begun by {@link #reset}. */
  public void accept(float[] x) {
    accept(x, 0, x.length);
  }

  /** Appends {@code length} elements; however a vector is cut up, the bits are the same. */
  public void accept(float[] x, int from, int length) {
    if (!open) {
      throw new IllegalStateException("no vector is begun: call reset(out) first");
    }
    if (length > parameterCount - accepted) {
      throw new IllegalArgumentException(
          "the vector should have parameterCount %d elements: got %d"
              .formatted(parameterCount, accepted + length));
    }
    if (identity) {
      System.arraycopy(x, from, out, (int) accepted, length);
      accepted += length;
      return;
    }
    Objects.checkFromIndexSize(from, length, x.length);
    int at = from;
    int left = length;
    int filled = (int) (accepted % FoldSpec.BLOCK);
    if (filled > 0) {
      int n = Math.min(left, FoldSpec.BLOCK - filled);
      System.arraycopy(x, at, partial, filled, n);
      accepted += n;
      at += n;
      left -= n;
      if (filled + n < FoldSpec.BLOCK) {
        return;
      }
      kernel.fold(partial, 0, 1, accepted / FoldSpec.BLOCK - 1, seed, out);
    }
    int blocks = left / FoldSpec.BLOCK;
    kernel.fold(x, at, blocks, accepted / FoldSpec.BLOCK, seed, out);
    int rest = left - blocks * FoldSpec.BLOCK;
    System.arraycopy(x, at + left - rest, partial, 0, rest);
    accepted += left;
  }

  /** Completes the vector; only now is the array given to {@link #reset} its sketch. */
  public void finish() {
    if (!open || accepted != parameterCount) {
      throw new IllegalStateException(
          "the vector should have parameterCount %d elements before finish(): had %d"
              .formatted(parameterCount, accepted));
    }
    int filled = (int) (accepted % FoldSpec.BLOCK);
    if (!identity && filled > 0) {
      Arrays.fill(partial, filled, FoldSpec.BLOCK, 0f);
      kernel.fold(partial, 0, 1, accepted / FoldSpec.BLOCK, seed, out);
    }
    open = false;
    out = new float[0];
  }
}
