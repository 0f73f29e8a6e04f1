package io.thermograd.detect.basin;

/** Order statistics without sorting everything. */
final class Selection {
  private Selection() {}

  /** The k-th smallest of the first n, k from 1; leaves them in another order. */
  static double smallest(double[] x, int n, int k) {
    int low = 0;
    int high = n - 1;
    int wanted = Math.min(k, n) - 1;
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
          double swap = x[i];
          x[i++] = x[j];
          x[j--] = swap;
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
