package io.thermograd.detect.series;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Makes innovations of a series: x̃ = (x_t − φ̂x_{t−1} − ĉ)/σ̂. A change detector on the series
 * itself takes its autocorrelation for changes: on AR(1) of 0.9 it alarms 40 to 350 times too
 * often.
 *
 * <p>φ̂ and ĉ are least squares over a calibration window that is then frozen: a detector whose
 * parameters follow the change that it looks for misses it. They are known to within their errors
 * only. For its own error σ̂ is inflated by 1 + 2/√(2n), two standard deviations; what the error of
 * the level moves the innovations' mean by is {@link #slack}, three standard deviations, to be
 * given to the detector.
 *
 * <p>{@link #accept} gives NaN while it calibrates. O(1). One owner thread.
 */
public final class Prewhitener {
  private static final double LARGEST_PHI = 0.99;

  private final int length;
  private long count;
  private double last;
  private double meanX;
  private double meanY;
  private double sxx;
  private double sxy;
  private double syy;
  private double phi;
  private double constant;
  private double sigma = Double.NaN;

  /**
   * @param length of the calibration window, values
   */
  public Prewhitener(int length) {
    this.length = length;
  }

  /** Calibrates anew. */
  public void restart() {
    count = 0;
    meanX = 0;
    meanY = 0;
    sxx = 0;
    sxy = 0;
    syy = 0;
    sigma = Double.NaN;
  }

  /** The innovation of a finite value; NaN while calibrating. */
  public double accept(double x) {
    double innovation = Double.NaN;
    if (count > 0 && count <= length) {
      double dx = last - meanX;
      double dy = x - meanY;
      meanX += dx / count;
      meanY += dy / count;
      sxx += dx * (last - meanX);
      sxy += dx * (x - meanY);
      syy += dy * (x - meanY);
      if (count == length) {
        freeze();
      }
    } else if (count > length && sigma > 0) {
      innovation = (x - phi * last - constant) / sigma;
    }
    last = x;
    count++;
    return innovation;
  }

  private void freeze() {
    phi =
        sxx > 0 ? Math.max(0, Math.min(LARGEST_PHI, sxy / sxx + (1 + 3 * sxy / sxx) / length)) : 0;
    constant = meanY - phi * meanX;
    double residual = Math.max(0, syy - 2 * phi * sxy + phi * phi * sxx) / (length - 2);
    sigma = Math.sqrt(residual) * (1 + 2 / Math.sqrt(2.0 * length));
  }

  /** Whether the window has been seen and its innovations have a scale. */
  public boolean calibrated() {
    return sigma > 0;
  }

  /** φ̂. */
  public double phi() {
    return phi;
  }

  /** How far the mean of innovations may be off zero: 3/√n, since (1 − φ)·σ/((1 − φ)√n) = σ/√n. */
  public double slack() {
    return 3 / Math.sqrt(length);
  }

  /** The level that it was calibrated on. */
  public double level() {
    return phi < 1 ? constant / (1 - phi) : meanY;
  }

  public void writeTo(DataOutput out) throws IOException {
    out.writeLong(count);
    for (double v : new double[] {last, meanX, meanY, sxx, sxy, syy, phi, constant, sigma}) {
      out.writeDouble(v);
    }
  }

  public void readFrom(DataInput in) throws IOException {
    count = in.readLong();
    last = in.readDouble();
    meanX = in.readDouble();
    meanY = in.readDouble();
    sxx = in.readDouble();
    sxy = in.readDouble();
    syy = in.readDouble();
    phi = in.readDouble();
    constant = in.readDouble();
    sigma = in.readDouble();
  }
}
