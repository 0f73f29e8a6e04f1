package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.numeric.SymmetricEigen;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Leading eigenpairs of the gradient noise's covariance Σ, from a step's contrasts e_j, each of
 * mean 0 and covariance Σ: a singular value decomposition of the exponentially weighted stream.
 *
 * <p>Estimates the top r eigenpairs of A = Σ_t β^{T−t} mean_j e_j(t)e_j(t)ᵀ / Σ_t β^{T−t}, step t
 * weighing as much as any other whatever its number of contrasts. What leading eigenvalues of A say
 * about those of Σ, {@link Spectrum} knows. A step without contrasts, or with a number that is not
 * finite, changes nothing.
 *
 * <p>Algorithm: rows U_i of unit length with energies λ_i, and up to r/2 contrasts that wait. When
 * they are full, the Gram matrix of all rows, scaled in double by √weight, is decomposed and the
 * top r combinations U ← Λ^{−½}·V_rᵀ·(rows) become the new U: (r + r/2)² inner products a block of
 * r/2 contrasts, of which those of U with itself are known. That weights are exact and that the
 * remainder is cut off once a block, not once a step, makes the waiting more precise as well as
 * cheaper. Cost O(rk) a contrast; state 1.5·rk floats; nothing is allocated once the first step has
 * told k.
 *
 * <p>Contrasts are also projected on the U of the blocks before them, which they are independent
 * of: the kurtosis along each direction for the intervals, what lies outside all of them, and
 * whether the noise has left them ({@link SubspaceShift}). Then all before weighs 1/16, since an
 * average of two subspaces is neither, and would be for half-lives.
 *
 * <p>One owner thread. Source: design QUANTITIES.md 2; M. Brand, Incremental singular value
 * decomposition of uncertain data with missing values, ECCV 2002, doi:10.1007/3-540-47969-4_47, for
 * the update by blocks.
 */
public final class NoiseSpectrum {
  // Rounding of U adds up over a thousand blocks to some 10⁻⁵; a full Gram matrix takes it out.
  private static final int EXACT_EVERY = 32;

  // Float inner products of unit rows leave some 10⁻⁷ where nothing is. Kept, such a row is no unit
  // row orthogonal to the others, as all are taken to be, and it doubles from block to block.
  private static final double LEAST_ENERGY = 1e-6;

  /** What all before weighs once the noise has left its subspace: four half-lives in one step. */
  private static final double AFTER_SHIFT = 1.0 / 16;

  // Fourth powers of larger norms, summed, would overflow.
  private static final double LARGEST = 1e70;

  // 2^126 is a float, 2^150 is not.
  private static final int MOST_HALVINGS = 126;

  private final int rank;
  private final int rows;
  private final double decay;
  private final SpectrumKernel kernel;
  private final SymmetricEigen eigen;
  private final SketchMath math = new SketchMath();
  private double[] squares = new double[0];
  private final double[] gram;
  private final double[] scaled;
  private final double[] root;
  private final float[] coefficients;

  private int k;
  private int columns;
  private int stride;
  private float[] m = new float[0];
  private final double[] energy;
  private final double[] scale;
  private int waiting;
  private long blocks;

  private long steps;
  private double weight;
  private double squaredWeight;
  private double trace;
  private final OutOfSample outside;

  /**
   * @param rank r, a positive multiple of 8
   * @param halfLife steps after which a contrast weighs half
   */
  public NoiseSpectrum(int rank, double halfLife) {
    this(rank, halfLife, SpectrumKernel.best());
  }

  NoiseSpectrum(int rank, double halfLife, SpectrumKernel kernel) {
    if (rank <= 0 || rank % (2 * SpectrumKernel.BLOCK) != 0) {
      throw new IllegalArgumentException("rank should be a positive multiple of 8: was " + rank);
    }
    this.rank = rank;
    this.rows = rank + rank / 2;
    this.decay = HalfLife.decay(halfLife);
    this.kernel = kernel;
    this.eigen = new SymmetricEigen(rows, kernel);
    this.gram = new double[rows * rows];
    this.scaled = new double[rows * rows];
    this.root = new double[rows];
    this.coefficients = new float[rank * rows];
    this.energy = new double[rows];
    this.scale = new double[rows];
    this.outside = new OutOfSample(rank);
  }

  /** Adds a step's contrasts, all of length k: true, or false and no change. */
  public boolean accept(float[][] contrasts) {
    if (squares.length < contrasts.length) {
      squares = new double[contrasts.length];
    }
    for (int j = 0; j < contrasts.length; j++) {
      squares[j] = math.sqnorm(contrasts[j]);
    }
    return accept(contrasts, squares);
  }

  /**
   * As {@link #accept(float[][])}.
   *
   * @param sqnorms ‖e_j‖², one a contrast at least
   */
  boolean accept(float[][] contrasts, double[] sqnorms) {
    if (contrasts.length == 0 || (k > 0 && contrasts[0].length != k)) {
      return false;
    }
    double sum = 0;
    for (int j = 0; j < contrasts.length; j++) {
      if (!(sqnorms[j] < LARGEST)) {
        return false;
      }
      sum += sqnorms[j];
    }
    if (k == 0) {
      allocate(contrasts[0].length);
    }
    double share = 1.0 / contrasts.length;
    discount(decay);
    steps++;
    weight += 1;
    squaredWeight += share;
    trace += share * sum;
    for (int j = 0; j < contrasts.length; j++) {
      if (sqnorms[j] > 0) {
        // Halved until near 1 in norm, exactly: no product of floats overflows or vanishes.
        int exponent = Math.getExponent(sqnorms[j]) / 2;
        add(contrasts[j], share, Math.max(-MOST_HALVINGS, exponent), true);
      }
    }
    return true;
  }

  /** Adds what another one of the same rank has seen, as if both had seen all. */
  public void combine(NoiseSpectrum other) {
    if (other.rank != rank || other.decay != decay || (k > 0 && other.k > 0 && other.k != k)) {
      throw new IllegalArgumentException(
          "spectra to combine should be of one rank, half-life and length: were of rank "
              + rank
              + " and "
              + other.rank
              + ", length "
              + k
              + " and "
              + other.k);
    }
    if (other.k == 0) {
      return;
    }
    if (k == 0) {
      allocate(other.k);
    }
    fold(true);
    float[] row = new float[k];
    for (int i = 0; i < rank + other.waiting; i++) {
      if (other.energy[i] > 0) {
        System.arraycopy(other.m, i * stride, row, 0, k);
        add(row, other.energy[i], 0, false);
        scale[rank + waiting - 1] = other.scale[i];
      }
    }
    fold(false);
    steps += other.steps;
    weight += other.weight;
    squaredWeight += other.squaredWeight;
    trace += other.trace;
    outside.combine(other.outside);
  }

  private void discount(double factor) {
    for (int i = 0; i < rows; i++) {
      energy[i] *= factor;
    }
    weight *= factor;
    squaredWeight *= factor * factor;
    trace *= factor;
    outside.forget(factor);
  }

  private void allocate(int length) {
    k = length;
    columns = (length + SpectrumKernel.STRIP - 1) / SpectrumKernel.STRIP * SpectrumKernel.STRIP;
    stride = columns + SpectrumKernel.LANES;
    m = new float[rows * stride];
  }

  private void add(float[] row, double share, int exponent, boolean sample) {
    if (waiting == rows - rank) {
      fold(sample);
    }
    int at = rank + waiting;
    float factor = Math.scalb(1f, -exponent);
    int offset = at * stride;
    for (int c = 0; c < k; c++) {
      m[offset + c] = factor * row[c];
    }
    energy[at] = share;
    scale[at] = Math.scalb(1.0, exponent);
    waiting++;
  }

  /** Turns U and the waiting rows into the new U. */
  private void fold(boolean sample) {
    if (waiting == 0) {
      return;
    }
    int n = rank + waiting;
    boolean exact = blocks % EXACT_EVERY == EXACT_EVERY - 1;
    products(exact);
    if (sample && outside.accept(gram, rows, waiting, energy, scale)) {
      discount(AFTER_SHIFT);
    }
    boolean done = decompose(n);
    double least = LEAST_ENERGY * eigen.value(0);
    Arrays.fill(coefficients, 0);
    for (int i = 0; i < rank; i++) {
      double value = done && i < k && eigen.value(i) > least ? eigen.value(i) : 0;
      energy[i] = value;
      scale[i] = 1;
      if (value > 0) {
        double inverse = 1 / Math.sqrt(value);
        for (int j = 0; j < n; j++) {
          coefficients[i * n + j] = (float) (eigen.vector(i, j) * root[j] * inverse);
        }
      }
    }
    kernel.combine(m, stride, columns, coefficients, rank, n);
    Arrays.fill(energy, rank, rows, 0);
    waiting = 0;
    blocks++;
    outside.level(energy, weight);
  }

  /** Inner products of the waiting rows with all, and of U with itself unless it is orthonormal. */
  private void products(boolean exact) {
    int full = (waiting + SpectrumKernel.BLOCK - 1) / SpectrumKernel.BLOCK * SpectrumKernel.BLOCK;
    kernel.gram(m, stride, columns, exact ? 0 : rank, rank + full, gram, rows);
    if (!exact) {
      for (int i = 0; i < rank; i++) {
        Arrays.fill(gram, i * rows, i * rows + i, 0);
        gram[i * rows + i] = 1;
      }
    }
  }

  private boolean decompose(int n) {
    for (int i = 0; i < n; i++) {
      root[i] = Math.sqrt(energy[i]) * scale[i];
      for (int j = 0; j <= i; j++) {
        // A row without energy may hold anything.
        double size = root[i] * root[j];
        scaled[i * rows + j] = size == 0 ? 0 : size * gram[i * rows + j];
      }
    }
    return eigen.decompose(scaled, rows, n);
  }

  /** Steps that were added. */
  public long steps() {
    return steps;
  }

  /** What is known now; changes nothing. O(r²k). */
  public Spectrum snapshot() {
    int n = rank + waiting;
    double[] values = new double[rank];
    if (k > 0) {
      products(false);
      decompose(n);
      for (int i = 0; i < rank; i++) {
        values[i] = Math.max(0, eigen.value(i)) / weight;
      }
    }
    return new Spectrum(
        values, trace / weight, squaredWeight / (weight * weight), outside.statistics());
  }

  /** Unit eigenvectors of the first {@code count} eigenvalues, k each. O(count·rk). */
  public float[][] directions(int count) {
    if (count < 0 || count > rank || k == 0) {
      throw new IllegalArgumentException(
          "count should be 0 to " + (k == 0 ? 0 : rank) + ": was " + count);
    }
    float[][] directions = new float[count][k];
    directions(directions);
    return directions;
  }

  /** The same into rows of k, r at most. */
  public void directions(float[][] directions) {
    int n = rank + waiting;
    products(false);
    decompose(n);
    for (int i = 0; i < directions.length; i++) {
      Arrays.fill(directions[i], 0);
      double inverse = eigen.value(i) > 0 ? 1 / Math.sqrt(eigen.value(i)) : 0;
      for (int j = 0; j < n; j++) {
        float c = (float) (eigen.vector(i, j) * root[j] * inverse);
        for (int x = 0; c != 0 && x < k; x++) {
          directions[i][x] += c * m[j * stride + x];
        }
      }
    }
  }

  /** k, 0 before the first step. */
  public int length() {
    return k;
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeLong(steps);
    out.writeLong(blocks);
    out.writeDouble(weight);
    out.writeDouble(squaredWeight);
    out.writeDouble(trace);
    outside.writeTo(out);
    StateArrays.write(out, energy);
    StateArrays.write(out, scale);
    out.writeInt(waiting);
    out.writeInt(k);
    for (int i = 0; i < rank + waiting; i++) {
      if (energy[i] > 0) {
        StateArrays.write(out, m, i * stride, k);
      }
    }
  }

  /** Replaces the state by what {@link #writeTo} wrote, for the same rank and half-life. */
  public void readFrom(DataInput in) throws IOException {
    steps = in.readLong();
    blocks = in.readLong();
    weight = in.readDouble();
    squaredWeight = in.readDouble();
    trace = in.readDouble();
    outside.readFrom(in);
    StateArrays.read(in, energy);
    StateArrays.read(in, scale);
    waiting = in.readInt();
    int length = in.readInt();
    if (waiting < 0 || waiting > rows - rank || length < 0 || length > 1 << 26) {
      throw new IOException("state claims " + waiting + " rows of " + length + " floats");
    }
    if (length == 0) {
      k = 0;
      m = new float[0];
      return;
    }
    allocate(length);
    for (int i = 0; i < rank + waiting; i++) {
      if (energy[i] > 0) {
        StateArrays.read(in, m, i * stride, k);
      }
    }
  }
}
