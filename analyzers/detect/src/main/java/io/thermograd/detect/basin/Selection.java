package io.thermograd.detect.basin;

/** Order statistics without sorting everything. */
final class Selection {
  /** Numbers from which on a sample of them pays. */
  private static final int MANY = 512;

  private static final int EVERY = 16;

  private Selection() {}

  /**
   * The k-th smallest of the first n, k from 1; leaves them in another order. Of many, those above
   * what a sample says is above it are put aside first.
   */
  static double smallest(double[] x, int n, int k) {
    int wanted = Math.min(k, n) - 1;
    if (n < MANY) {
      return within(x, 0, n - 1, wanted);
    }
    int sample = n / EVERY;
    for (int i = 0; i < sample; i++) {
      swap(x, i, i * EVERY);
    }
    double expected = (double) (wanted + 1) / EVERY;
    int rank = (int) Math.min(sample - 1, expected + 3 * Math.sqrt(expected) + 1);
    double bound = within(x, 0, sample - 1, rank);
    int below = 0;
    for (int i = 0; i < n; i++) {
      if (x[i] <= bound) {
        swap(x, i, below++);
      }
    }
    // The sample may err; what was put aside is then looked at instead.
    return wanted < below ? within(x, 0, below - 1, wanted) : within(x, below, n - 1, wanted);
  }

  private static void swap(double[] x, int i, int j) {
    double t = x[i];
    x[i] = x[j];
    x[j] = t;
  }

  /** What is at an index when those from low to high are sorted. */
  private static double within(double[] x, int from, int to, int wanted) {
    int low = from;
    int high = to;
    while (low < high) {
      double pivot = x[(low + high) >>> 1];
      int i = low;
      int j = high;
      while (i <= j) {
        while (x[i] < pivot) {
          i++;
        }
        while (x[j] > pivot) {
          j--;
        }
        if (i <= j) {
          swap(x, i++, j--);
        }
      }
      if (wanted <= j) {
        high = j;
      } else if (wanted >= i) {
        low = i;
      } else {
        break;
      }
    }
    return x[wanted];
  }
}
