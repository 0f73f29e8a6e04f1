package io.thermograd.simulator.model;

/** A symmetric matrix A that is known by what it does to a vector. */
public interface SymmetricOperator {

  /** P. */
  int dim();

  /** Writes A·v; the two arrays are different ones of length P. */
  void apply(double[] v, double[] result);

  /** vᵀAv. */
  default double quadratic(double[] v) {
    double[] image = new double[dim()];
    apply(v, image);
    return Kernels.dot(v, 0, image, 0, image.length);
  }

  /** A as a matrix, column by column made symmetric; costs P applications and P² doubles. */
  default double[][] dense() {
    int p = dim();
    double[][] matrix = new double[p][p];
    double[] unit = new double[p];
    for (int j = 0; j < p; j++) {
      unit[j] = 1;
      apply(unit, matrix[j]);
      unit[j] = 0;
    }
    for (int j = 0; j < p; j++) {
      for (int k = 0; k < j; k++) {
        double mean = (matrix[j][k] + matrix[k][j]) / 2;
        matrix[j][k] = mean;
        matrix[k][j] = mean;
      }
    }
    return matrix;
  }

  /** tr A, by P applications. */
  default double trace() {
    int p = dim();
    double[] unit = new double[p];
    double[] image = new double[p];
    double trace = 0;
    for (int j = 0; j < p; j++) {
      unit[j] = 1;
      apply(unit, image);
      trace += image[j];
      unit[j] = 0;
    }
    return trace;
  }

  /** −A, whose largest eigenvalues are the negated smallest of A. */
  default SymmetricOperator negated() {
    SymmetricOperator original = this;
    return new SymmetricOperator() {
      @Override
      public int dim() {
        return original.dim();
      }

      @Override
      public void apply(double[] v, double[] result) {
        original.apply(v, result);
        for (int j = 0; j < result.length; j++) {
          result[j] = -result[j];
        }
      }
    };
  }

  /** A + shift·I. */
  default SymmetricOperator shifted(double shift) {
    SymmetricOperator original = this;
    return new SymmetricOperator() {
      @Override
      public int dim() {
        return original.dim();
      }

      @Override
      public void apply(double[] v, double[] result) {
        original.apply(v, result);
        Kernels.axpy(shift, v, 0, result, 0, v.length);
      }
    };
  }

  /** diag(s)·A·diag(s): with s = 1/√d, similar to diag(d)⁻¹A. */
  default SymmetricOperator scaled(double[] s) {
    SymmetricOperator original = this;
    return new SymmetricOperator() {
      private final double[] scaled = new double[original.dim()];

      @Override
      public int dim() {
        return original.dim();
      }

      @Override
      public void apply(double[] v, double[] result) {
        for (int j = 0; j < scaled.length; j++) {
          scaled[j] = s[j] * v[j];
        }
        original.apply(scaled, result);
        for (int j = 0; j < scaled.length; j++) {
          result[j] *= s[j];
        }
      }
    };
  }

  /** A matrix as an operator; it is read, not copied. */
  static SymmetricOperator of(double[][] matrix) {
    return new SymmetricOperator() {
      @Override
      public int dim() {
        return matrix.length;
      }

      @Override
      public void apply(double[] v, double[] result) {
        for (int j = 0; j < matrix.length; j++) {
          result[j] = Kernels.dot(matrix[j], 0, v, 0, v.length);
        }
      }
    };
  }
}
