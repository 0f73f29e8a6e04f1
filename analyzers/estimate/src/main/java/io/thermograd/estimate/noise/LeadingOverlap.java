package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of tr Σ² that lies along the few directions of the noise that stand out, V: told by
 * overlaps of successive steps it has the error of their fourth moments, √(12/N) of λ₁² where one
 * direction leads; the eigenvalue, which all pairs of steps have told, has 2√(2/N), and where exact
 * norms are sent the sketch's error is off it as well. So the overlaps inside V are taken out of
 * the overlaps, and Σλ_i² stands in for them.
 *
 * <p>V is held for up to a half-life, at most {@value #MOST} directions, and is off the true ones
 * by the rest's noise: of λ_i it holds λ_i − T_b/N. What of the average it was held for, by
 * direction, is p_i.
 *
 * <p>The eigenvalues are looked up {@value #READINGS} times within a half-life, which moves them by
 * less than their error; undoing the sketch takes longer than a step's own work. O(ck) a step.
 * State k floats for each direction. One owner thread.
 */
final class LeadingOverlap {
  static final int MOST = 4;
  private static final long FIRST = 64;
  private static final long READINGS = 16;

  /** Share of the average below which what came before has more of an error than is saved. */
  private static final double SETTLED = 0.9;

  /** Of tr Σ: what only just stands out may do so by chance, while Σ grows or shrinks. */
  private static final double LEAST_SHARE = 0.02;

  private final int sketchDim;
  private final double decay;
  private final long longest;
  private final SketchMath math;
  private double[][] before = new double[EffectiveDimension.MOST_CONTRASTS][MOST];
  private double[][] now = new double[EffectiveDimension.MOST_CONTRASTS][MOST];
  private final double[] presence = new double[MOST];
  private double weight;
  private long next = FIRST;
  private float[][] basis = new float[0][];
  private long nextReading = FIRST;
  private @Nullable Reading reading;

  /** Whether the latest projections are those of the step before, on these directions. */
  private boolean current;

  LeadingOverlap(int sketchDim, double halfLife, SketchMath math) {
    this.sketchDim = sketchDim;
    this.decay = HalfLife.decay(halfLife);
    this.longest = (long) Math.max(1, halfLife);
    this.math = math;
  }

  /** Takes new directions when it is time to. */
  void advance(NoiseGeometry geometry) {
    NoiseSpectrum spectrum = geometry.spectrum();
    if (spectrum.steps() < next) {
      return;
    }
    next = spectrum.steps() + Math.min(spectrum.steps(), longest);
    Spectrum now = spectrum.snapshot();
    int held = 0;
    double trace = now.trace();
    for (Spectrum.Eigenvalue e : now.leading(sketchDim)) {
      held += held < MOST && e.value() >= LEAST_SHARE * trace ? 1 : 0;
    }
    if (basis.length != held || (held > 0 && basis[0].length != spectrum.length())) {
      basis = new float[held][spectrum.length()];
    }
    spectrum.directions(basis);
    current = false;
  }

  /** Projects the contrasts of a step and of the one before. */
  void project(float[][] rows, int count, float[][] previous, int previousCount) {
    if (current) {
      double[][] last = before;
      before = now;
      now = last;
    } else {
      project(previous, previousCount, before);
    }
    project(rows, count, now);
    current = true;
  }

  /** The next step's predecessor was not projected. */
  void interrupt() {
    current = false;
  }

  private void project(float[][] rows, int count, double[][] to) {
    for (int j = 0; j < count; j++) {
      for (int i = 0; i < basis.length; i++) {
        to[j][i] = math.dot(basis[i], rows[j]);
      }
    }
  }

  /** Mean square of the overlaps inside V of what was projected. */
  double overlap(int count, int previousCount) {
    double sum = 0;
    for (int l = 0; l < previousCount; l++) {
      for (int j = 0; j < count; j++) {
        double product = 0;
        for (int i = 0; i < basis.length; i++) {
          product += now[j][i] * before[l][i];
        }
        sum += product * product;
      }
    }
    return sum / ((double) count * previousCount);
  }

  /** ‖Ve_j‖² of the step that was projected last. */
  double square(int contrast) {
    return square(now[contrast]);
  }

  /** (tr VΣVᵀ)², by two steps that are independent. */
  double product(int count, int previousCount) {
    double first = 0;
    for (int l = 0; l < previousCount; l++) {
      first += square(before[l]) / previousCount;
    }
    double second = 0;
    for (int j = 0; j < count; j++) {
      second += square(j) / count;
    }
    return first * second;
  }

  private double square(double[] x) {
    double sum = 0;
    for (int i = 0; i < basis.length; i++) {
      sum += x[i] * x[i];
    }
    return sum;
  }

  /** Counts a step into the average. */
  void count() {
    weight = decay * weight + 1;
    for (int i = 0; i < MOST; i++) {
      presence[i] += ((i < basis.length ? 1 : 0) - presence[i]) / weight;
    }
  }

  /**
   * What stands in for the overlaps inside V, all over (tr Σ)².
   *
   * @param squares Σ p_iλ_i² of Σ
   * @param crosstalk what the rest's crosstalk in the sketch adds to them
   * @param variance of the error of squares
   * @param squaredTrace (tr Σ)² itself
   */
  record Reading(double squares, double crosstalk, double variance, double squaredTrace) {
    void writeTo(DataOutput out) throws IOException {
      out.writeDouble(squares);
      out.writeDouble(crosstalk);
      out.writeDouble(variance);
      out.writeDouble(squaredTrace);
    }

    static Reading readFrom(DataInput in) throws IOException {
      return new Reading(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
    }
  }

  /** Whether it is time for another {@link #read}. */
  boolean due(NoiseGeometry geometry) {
    return geometry.spectrum().steps() >= nextReading;
  }

  /**
   * Looks the eigenvalues up.
   *
   * @param dimension d_eff by the overlaps alone
   */
  void read(NoiseGeometry geometry, double dimension) {
    long steps = geometry.spectrum().steps();
    nextReading = steps + Math.max(1, Math.min(steps, longest) / READINGS);
    reading = found(geometry, dimension);
  }

  /**
   * The latest; null while no directions have been held for long enough, or when those that were do
   * not stand out any more.
   */
  @Nullable Reading reading() {
    return reading;
  }

  private @Nullable Reading found(NoiseGeometry geometry, double dimension) {
    int held = 0;
    while (held < MOST && presence[held] > 0) {
      held++;
    }
    if (held == 0 || presence[0] < SETTLED) {
      return null;
    }
    Spectrum spectrum = geometry.spectrum().snapshot();
    List<Spectrum.Eigenvalue> exact = geometry.leading(spectrum);
    List<Spectrum.Eigenvalue> shown = spectrum.leading(sketchDim);
    if (shown.size() < held || exact.size() < held) {
      return null;
    }
    double n = spectrum.effectiveCount();
    double rest = spectrum.trace();
    for (Spectrum.Eigenvalue e : shown) {
      rest -= e.value();
    }
    rest = Math.max(0, rest);
    // E T̂² = T²(1 + 2/(N·d_eff)), E λ̂² = λ²(1 + 2/N).
    double trace2 = spectrum.trace() * spectrum.trace() / (1 + 2 / (n * dimension));
    double all = 0;
    for (int i = 0; i < held; i++) {
      all += presence[i] * exact.get(i).value() * exact.get(i).value() / trace2;
    }
    double squares = 0;
    double added = 0;
    double variance = 0;
    for (int i = 0; i < held; i++) {
      double p = presence[i];
      double tilted = Math.max(0, shown.get(i).value() - rest / n);
      double crosstalk = sketchDim == 0 ? 0 : rest / sketchDim;
      double own = exact.get(i).value() * exact.get(i).value() / (1 + 2 / n);
      double loss = shown.get(i).value() * shown.get(i).value() - tilted * tilted;
      squares += p * (own - loss) / trace2;
      added += p * ((tilted + crosstalk) * (tilted + crosstalk) - tilted * tilted) / trace2;
      double share = exact.get(i).value() / spectrum.trace();
      double slope = 2 * (p * share * share - all * share);
      variance += slope * slope * exact.get(i).error() * exact.get(i).error();
    }
    return new Reading(squares, added, variance, trace2);
  }

  void writeTo(DataOutput out) throws IOException {
    StateArrays.write(out, presence);
    out.writeDouble(weight);
    out.writeLong(next);
    StateArrays.write(out, basis);
    out.writeLong(nextReading);
    Reading known = reading;
    out.writeBoolean(known != null);
    if (known != null) {
      known.writeTo(out);
    }
  }

  void readFrom(DataInput in) throws IOException {
    Arrays.fill(presence, 0);
    StateArrays.read(in, presence);
    weight = in.readDouble();
    next = in.readLong();
    basis = StateArrays.readRows(in);
    nextReading = in.readLong();
    reading = in.readBoolean() ? Reading.readFrom(in) : null;
    current = false;
  }
}
