package io.thermograd.accuracy.peer;

/** The last values, their mean and their sample standard deviation, summed anew each time. */
final class RollingWindow {
  private final double[] values;
  private long count;

  RollingWindow(int size) {
    values = new double[size];
  }

  void add(double x) {
    values[(int) (count++ % values.length)] = x;
  }

  int size() {
    return (int) Math.min(count, values.length);
  }

  double mean() {
    double sum = 0;
    for (int i = 0; i < size(); i++) {
      sum += values[i];
    }
    return sum / size();
  }

  double sd() {
    double mean = mean();
    double sum = 0;
    for (int i = 0; i < size(); i++) {
      sum += (values[i] - mean) * (values[i] - mean);
    }
    return Math.sqrt(sum / (size() - 1));
  }
}
