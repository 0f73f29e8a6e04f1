package io.thermograd.estimate.curvature;

/**
 * How the curvature along one direction moves from the middle of some bins of time to their end: a
 * weighted line through the bins' own ratios.
 *
 * @param change from the bins' mean to their end
 * @param changeVariance of its error
 * @param distance log of tr Σ on average over that of now
 */
record Trend(double change, double changeVariance, double distance) {

  /**
   * @param u direction
   * @param w its instrument
   * @param value curvature on average
   * @param variance of its error
   */
  static Trend of(
      Moments moments, int first, double[] u, double[] w, double value, double variance) {
    int count = moments.bins() - first;
    double[] age = new double[count];
    double[] weight = new double[count];
    double[] off = new double[count];
    double end = 0;
    double total = 0;
    double mean = 0;
    double distance = 0;
    for (int i = count - 1; i >= 0; i--) {
      int bin = first + i;
      age[i] = end + moments.count(bin) / 2;
      end += moments.count(bin);
      double motion = moments.bilinear(Instrument.A, bin, u, w);
      // Bins in which the direction moved little say little of its curvature.
      weight[i] = Math.max(0, motion) * moments.count(bin);
      off[i] = motion > 0 ? moments.bilinear(Instrument.N, bin, u, w) / motion - value : 0;
      total += weight[i];
      mean += weight[i] * age[i];
      distance += weight[i] * moments.distance(bin);
    }
    mean /= total;
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < count; i++) {
      double x = age[i] - mean;
      xx += weight[i] * x * x;
      xy += weight[i] * x * off[i];
    }
    double slope = xy / xx;
    return new Trend(-slope * mean, variance * total * mean * mean / xx, distance / total);
  }
}
