package io.thermograd.detect.inference;

import io.thermograd.estimate.noise.NoiseSpectrum;
import io.thermograd.estimate.noise.Spectrum;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The parameters along the up to {@value #MOST} leading directions of the gradient noise as they
 * were when the averaging began: directions that would turn meanwhile have no mean. O(k) a step and
 * direction; state {@value #MOST} sketches. One owner thread.
 */
final class Coordinates {
  static final int MOST = 4;

  /** Steps with noise before its directions mean something. */
  private static final int NEEDED = 64;

  /** Less than this share of the leading direction's noise is rounding. */
  private static final double LEAST = 1e-6;

  private final SketchMath math = new SketchMath();
  private float[][] directions = new float[0][];

  /** Takes directions if it has none yet and there are some. */
  void take(NoiseSpectrum spectrum) {
    if (directions.length > 0 || spectrum.steps() < NEEDED) {
      return;
    }
    Spectrum values = spectrum.snapshot();
    int count = 0;
    while (count < MOST && values.sampleValue(count) > LEAST * values.sampleValue(0)) {
      count++;
    }
    directions = spectrum.directions(count);
  }

  /** How many there are. */
  int count() {
    return directions.length;
  }

  /** Whether parameters of this sketch length can be projected. */
  boolean fit(float[] parameters) {
    return directions.length > 0 && parameters.length == directions[0].length;
  }

  /** θ·u. */
  double along(int i, float[] parameters) {
    return math.dot(directions[i], parameters);
  }

  void clear() {
    directions = new float[0][];
  }

  void writeTo(DataOutput out) throws IOException {
    StateArrays.write(out, directions);
  }

  void readFrom(DataInput in) throws IOException {
    directions = StateArrays.readRows(in);
    if (directions.length > MOST) {
      throw new IOException("state claims " + directions.length + " directions of " + MOST);
    }
  }
}
