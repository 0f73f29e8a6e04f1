package io.thermograd.detect.series;

/**
 * Least squares of a window of {@link BatchMeans} on time, with an error that allows for
 * autocorrelation.
 *
 * <p>The change over the window is 16·b, b the slope a batch. Its variance under independent
 * residuals is 16²·s²/340; residuals' lag-1 autocorrelation r, corrected for its bias of −(1 +
 * 4r)/16, inflates it by (1 + r)/(1 − r), r between 0 and 0.9: batches that are longer than the
 * autocorrelation time have r near 0, shorter ones are not believed. 14 degrees of freedom.
 *
 * <p>Reused: {@link #set} overwrites. O(1). One owner thread.
 */
public final class SlopeFit {
  private static final int N = BatchMeans.BATCHES;
  private static final double SXX = N * (N * (double) N - 1) / 12;

  /** Degrees of freedom. */
  public static final int DEGREES = N - 2;

  private double change;
  private double error;
  private double mean;
  private double scatter;
  private double spread;
  private double correlation;

  /** Fits the window of a level, which must be full. */
  public void set(BatchMeans batches, int level) {
    double centre = (N - 1) / 2.0;
    double sum = 0;
    for (int i = 0; i < N; i++) {
      sum += batches.mean(level, i) / N;
    }
    double sxy = 0;
    for (int i = 0; i < N; i++) {
      sxy += (i - centre) * (batches.mean(level, i) - sum);
    }
    double slope = sxy / SXX;
    double squares = 0;
    double products = 0;
    double before = 0;
    for (int i = 0; i < N; i++) {
      double r = batches.mean(level, i) - sum - slope * (i - centre);
      squares += r * r;
      products += i == 0 ? 0 : r * before;
      before = r;
    }
    double raw = squares > 0 ? products / squares : 0;
    correlation = Math.max(0, Math.min(0.9, raw + (1 + 4 * Math.max(0, raw)) / N));
    mean = sum;
    scatter = Math.sqrt(squares / DEGREES);
    spread = Math.sqrt(squares / DEGREES + batches.variance(level));
    change = N * slope;
    error = N * scatter / Math.sqrt(SXX) * Math.sqrt((1 + correlation) / (1 - correlation));
  }

  /** Of the fitted line over the window. */
  public double change() {
    return change;
  }

  /** Standard error of {@link #change}. */
  public double error() {
    return error;
  }

  /** Of the window. */
  public double mean() {
    return mean;
  }

  /** Standard deviation of single values about the line, batches' own trends included. */
  public double spread() {
    return spread;
  }

  /** Lag-1 autocorrelation of the residuals, between 0 and 0.9. */
  public double correlation() {
    return correlation;
  }
}
