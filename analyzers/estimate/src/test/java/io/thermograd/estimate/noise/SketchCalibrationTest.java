package io.thermograd.estimate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.numeric.SketchMath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A "sketch" whose distortion is chosen: x ↦ Ax with known A, so that the truth is known. */
class SketchCalibrationTest {
  private static final int K = 128;
  private static final double NO_FORGETTING = 1e9;
  private static final double[] SD = {4, 3, 2.2, 1.6};

  private final SketchMath math = new SketchMath();
  private final NoiseSpectrum spectrum = new NoiseSpectrum(16, NO_FORGETTING);
  private final NoiseSpectrum unsketched = new NoiseSpectrum(16, NO_FORGETTING);
  private final SketchCalibration calibration = new SketchCalibration(K, NO_FORGETTING, math);

  /** Stretches the leading axes by a factor, and mixes the first two. */
  private static float[] distort(float[] e) {
    float[] s = e.clone();
    s[0] = 1.1f * e[0] + 0.08f * e[1];
    s[1] = 0.92f * e[1];
    s[2] = 0.9f * e[2];
    s[3] = 1.08f * e[3];
    return s;
  }

  private void run(long seed, int steps) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int t = 0; t < steps; t++) {
      float[] e = new float[K];
      double exact = 0;
      for (int i = 0; i < K; i++) {
        e[i] = (float) ((i < SD.length ? SD[i] : 0.05) * random.nextGaussian());
        exact += e[i] * e[i];
      }
      float[] minus = distort(e);
      float[] plus = new float[K];
      for (int i = 0; i < K; i++) {
        // Two micro-batches of one example: their contrast is √½ of the difference.
        minus[i] *= (float) Math.sqrt(0.5);
        plus[i] = -minus[i];
      }
      Contrasts contrasts = Contrasts.of(new float[][] {plus, minus}, new int[] {1, 1});
      spectrum.accept(contrasts.rows(), contrasts.squares());
      unsketched.accept(new float[][] {e});
      calibration.accept(contrasts, exact, spectrum);
    }
  }

  private List<Spectrum.Eigenvalue> calibrated() {
    return spectrum.snapshot().leading(K, calibration.metric(spectrum));
  }

  @Test
  void undoesAKnownDistortionOfTheLeadingDirections() {
    for (int seed = 0; seed < 5; seed++) {
      SketchCalibrationTest one = new SketchCalibrationTest();
      one.run(seed, 2_000);
      List<Spectrum.Eigenvalue> raw = one.spectrum.snapshot().leading(K);
      List<Spectrum.Eigenvalue> found = one.calibrated();
      Spectrum truth = one.unsketched.snapshot();
      assertThat(found).hasSizeGreaterThanOrEqualTo(SD.length);
      // λ₁ = 16 is shown as 16·1.1² + 9·0.08² and more: a fifth too large.
      assertThat(raw.get(0).value() / truth.sampleValue(0)).isGreaterThan(1.15);
      for (int i = 0; i < SD.length; i++) {
        // Only what the rest, 124·0.05² = 0.3 of 36, does to the regression is left.
        assertThat(found.get(i).value() / truth.sampleValue(i)).isCloseTo(1, within(0.01));
        assertThat(found.get(i).error()).isLessThan(0.5 * raw.get(i).error());
      }
    }
  }

  @Test
  void saysWhatTheSketchShowsAndItsOwnErrorUntilItHasSeenNorms() {
    run(1, 80);
    assertThat(calibrated()).isEqualTo(spectrum.snapshot().leading(K));
  }

  @Test
  void aScatterThatCannotBeIsLeftOut() {
    run(2, 500);
    List<Spectrum.Eigenvalue> before = calibrated();
    Contrasts pair = Contrasts.of(new float[][] {new float[K], distort(ones())}, new int[] {1, 1});
    for (double exact : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e9}) {
      calibration.accept(pair, exact, spectrum);
    }
    assertThat(calibrated()).isEqualTo(before);
  }

  private static float[] ones() {
    float[] x = new float[K];
    java.util.Arrays.fill(x, 1);
    return x;
  }

  @Test
  void aRestoredOneGoesOnBitForBit() throws IOException {
    run(3, 700);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    spectrum.writeTo(out);
    calibration.writeTo(out);
    SketchCalibrationTest other = new SketchCalibrationTest();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    other.spectrum.readFrom(in);
    other.calibration.readFrom(in);
    run(4, 700);
    other.run(4, 700);
    assertThat(other.calibrated()).isEqualTo(calibrated());
  }

  @Test
  void theRegressionIsTheTextbooksPosterior() {
    // At s² = squares/weight = 0.5, by hand.
    NormalEquations equations =
        new NormalEquations(new double[] {4, 0, 1, 3}, new double[] {1, 2}, 10, 5);
    NormalEquations.Posterior posterior = new NormalEquations.Posterior(2);
    // Twice into the same storage: nothing of the first is left.
    equations.solve(new double[] {1, 1}, 3, posterior);
    posterior.variance(new double[] {3, 4});
    equations.solve(new double[] {2, 6}, 1, posterior);
    // [[10, 2], [2, 12]]⁻¹ = [[12, −2], [−2, 10]]/116, times (2, 4).
    assertThat(posterior.mean()[0]).isCloseTo(16.0 / 116, within(1e-15));
    assertThat(posterior.mean()[1]).isCloseTo(36.0 / 116, within(1e-15));
    assertThat(posterior.variance(new double[] {1, 0})).isCloseTo(12.0 / 116, within(1e-15));
    assertThat(posterior.variance(new double[] {1, 1})).isCloseTo(18.0 / 116, within(1e-15));
  }
}
