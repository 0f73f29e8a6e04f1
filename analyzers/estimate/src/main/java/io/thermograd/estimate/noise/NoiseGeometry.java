package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The shape of the gradient noise: leading eigenvalues of Σ and what follows from them, tail index
 * and kurtosis. From within-step contrasts only; their second moments are those of Σ·n/(n−1) where
 * a step's examples are distinct. O(rk) a contrast. One owner thread.
 */
final class NoiseGeometry {
  static final List<QuantityName> QUANTITIES =
      List.of(
          QuantityName.NOISE_EIGENVALUES,
          QuantityName.NOISE_ANISOTROPY,
          QuantityName.NOISE_CONDITION,
          QuantityName.NOISE_TAIL_INDEX,
          QuantityName.NOISE_KURTOSIS);
  private static final int RANK = 16;
  private static final int NEEDED = 50;

  /** Tails need many samples: the index of a run, not of its last few hundred steps. */
  private static final double TAIL_MEMORY = 20;

  private static final double SCALE_MEMORY = 0.2;
  private static final double RESOLUTION = 1e-12;
  private static final double NORMAL = 1.959963984540054;
  private static final String METHOD = "streaming_svd";

  private final RunSettings settings;
  private final NoiseSpectrum spectrum;
  private final TailIndex tail;
  private final NoiseKurtosis kurtosis;
  private final SketchCalibration calibration;

  NoiseGeometry(RunSettings settings, double halfLife, SketchMath math) {
    this.settings = settings;
    this.spectrum = new NoiseSpectrum(RANK, halfLife);
    this.tail = new TailIndex(TAIL_MEMORY * halfLife, SCALE_MEMORY * halfLife);
    this.kurtosis = new NoiseKurtosis(halfLife, math);
    this.calibration = new SketchCalibration(settings.sketchDim(), halfLife, math);
  }

  /**
   * Adds a step.
   *
   * @param exact Σ_j‖e_j‖² from exact norms; NaN where they were not sent, or cannot tell
   */
  void accept(Contrasts contrasts, double exact) {
    if (spectrum.accept(contrasts.rows(), contrasts.squares())) {
      kurtosis.accept(contrasts.rows(), tail.scale());
      tail.accept(contrasts.squares());
      if (!Double.isNaN(exact)) {
        calibration.accept(contrasts, exact, spectrum);
      }
    }
  }

  NoiseSpectrum spectrum() {
    return spectrum;
  }

  /** Whether statements that take the noise to be normal are not to be trusted. */
  boolean heavyTailed() {
    return tail.heavy() || kurtosis.large();
  }

  void describe(QuantityList out) {
    tail.describe(out);
    kurtosis.describe(out);
    if (spectrum.steps() < NEEDED) {
      absent(out, WarmUp.reason(spectrum.steps(), NEEDED, "steps with at least 2 micro-batches"));
      return;
    }
    Spectrum now = spectrum.snapshot();
    List<Spectrum.Eigenvalue> leading = identified(leading(now));
    if (leading.isEmpty()) {
      absent(
          out,
          "no direction of the noise stands out: the largest sample eigenvalues are those that"
              + " noise of equal strength in many directions would show");
      return;
    }
    double population =
        settings.datasetSize().isPresent() ? 1 - 1.0 / settings.datasetSize().getAsLong() : 1;
    List<Quantity> values = new ArrayList<>();
    for (Spectrum.Eigenvalue e : leading) {
      double factor = Math.exp(NORMAL * e.error());
      double value = population * e.value();
      values.add(Quantity.of(value, value / factor, value * factor, METHOD));
    }
    out.put(QuantityName.NOISE_EIGENVALUES, values);
    describeRatios(out, now, leading);
  }

  /** Leading eigenvalues, the sketch undone as far as it is known. */
  List<Spectrum.Eigenvalue> leading(Spectrum now) {
    return now.leading(settings.sketchDim(), calibration.metric(spectrum));
  }

  /**
   * Those up to the first that is not known to within a factor of e, or that float32 rows cannot
   * resolve beside the largest: where noise has fewer directions than the spectrum has room for,
   * the rest is rounding.
   */
  private static List<Spectrum.Eigenvalue> identified(List<Spectrum.Eigenvalue> leading) {
    return leading.stream()
        .takeWhile(e -> e.error() <= 1 && e.value() > RESOLUTION * leading.get(0).value())
        .toList();
  }

  private static void describeRatios(
      QuantityList out, Spectrum now, List<Spectrum.Eigenvalue> leading) {
    Spectrum.Eigenvalue first = leading.get(0);
    out.put(QuantityName.NOISE_ANISOTROPY, share(now, first));
    if (leading.size() < Spectrum.MOST) {
      out.absent(
          QuantityName.NOISE_CONDITION,
          "only " + leading.size() + " of " + Spectrum.MOST + " directions stand out of the bulk");
      return;
    }
    Spectrum.Eigenvalue last = leading.get(Spectrum.MOST - 1);
    double ratio = first.value() / last.value();
    double factor = Math.exp(NORMAL * Math.hypot(first.error(), last.error()));
    out.put(
        QuantityName.NOISE_CONDITION, ratio, Math.max(1, ratio / factor), ratio * factor, METHOD);
  }

  /** λ₁/tr Σ. */
  static Quantity share(Spectrum now, Spectrum.Eigenvalue first) {
    double share = Math.min(1, first.value() / now.trace());
    // d log(λ₁/tr) = (1 − share)·(d log λ₁ − d log rest); the rest's trace is the better known.
    double width = NORMAL * (1 - share) * Math.sqrt(2) * first.error();
    return Quantity.of(
        share, share * Math.exp(-width), Math.min(1, share * Math.exp(width)), METHOD);
  }

  private static void absent(QuantityList out, String reason) {
    out.absent(QuantityName.NOISE_EIGENVALUES, reason);
    out.absent(QuantityName.NOISE_ANISOTROPY, reason);
    out.absent(QuantityName.NOISE_CONDITION, reason);
  }

  void writeTo(DataOutput out) throws IOException {
    spectrum.writeTo(out);
    tail.writeTo(out);
    kurtosis.writeTo(out);
    calibration.writeTo(out);
  }

  void readFrom(DataInput in) throws IOException {
    spectrum.readFrom(in);
    tail.readFrom(in);
    kurtosis.readFrom(in);
    calibration.readFrom(in);
  }
}
