package io.thermograd.theory;

import org.ejml.data.DMatrixRMaj;

/** Small dense matrices as rows, at the border between the API's arrays and EJML. */
final class Matrices {
  private Matrices() {}

  static double[][] rows(DMatrixRMaj m) {
    double[][] rows = new double[m.numRows][m.numCols];
    for (int i = 0; i < m.numRows; i++) {
      System.arraycopy(m.data, i * m.numCols, rows[i], 0, m.numCols);
    }
    return rows;
  }

  static double trace(double[][] m) {
    double sum = 0;
    for (int i = 0; i < m.length; i++) {
      sum += m[i][i];
    }
    return sum;
  }

  /** tr(AB) for matrices of the same size. */
  static double traceOfProduct(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        sum += a[i][j] * b[j][i];
      }
    }
    return sum;
  }
}
