package io.thermograd.simulator.landscape;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * f(x) = c + ½(x − m)ᵀH(x − m) with any symmetric H, in any dimension. Zero entries of H are not
 * stored, so a diagonal H of a million parameters costs a million multiplications.
 */
public final class Quadratic implements Landscape {
  private static final long PURPOSE = 0x524F54415445L;

  private final String name;
  private final int[][] columns;
  private final double[][] entries;
  private final double[] at;
  private final double offset;

  private Quadratic(String name, int[][] columns, double[][] entries, double[] at, double offset) {
    this.name = name;
    this.columns = columns;
    this.entries = entries;
    this.at = at;
    this.offset = offset;
  }

  /** H = diag(curvatures), with its stationary point at 0 and the value 0 there. */
  public static Quadratic diagonal(double... curvatures) {
    double[] checked = Checks.vector("curvatures", curvatures);
    int d = checked.length;
    int[][] columns = new int[d][];
    double[][] entries = new double[d][];
    for (int i = 0; i < d; i++) {
      columns[i] = new int[] {i};
      entries[i] = new double[] {checked[i]};
    }
    return new Quadratic("quadratic", columns, entries, new double[d], 0);
  }

  /** The given H, which has to be exactly symmetric. */
  public static Quadratic of(double[][] hessian) {
    int d = hessian.length;
    if (d == 0) {
      throw new IllegalArgumentException("hessian should have rows: had none");
    }
    int[][] columns = new int[d][];
    double[][] entries = new double[d][];
    for (int i = 0; i < d; i++) {
      double[] row = Checks.vector("hessian[" + i + "]", hessian[i], d);
      for (int j = 0; j < i; j++) {
        if (row[j] != hessian[j][i]) {
          throw new IllegalArgumentException(
              "hessian[%d][%d] should equal hessian[%d][%d] = %s: was %s"
                  .formatted(i, j, j, i, hessian[j][i], row[j]));
        }
      }
      columns[i] = IntStream.range(0, d).filter(j -> row[j] != 0).toArray();
      entries[i] = IntStream.of(columns[i]).mapToDouble(j -> row[j]).toArray();
    }
    return new Quadratic("quadratic", columns, entries, new double[d], 0);
  }

  /**
   * H = QΛQᵀ with Λ = diag(curvatures) and Q orthogonal, uniform by Haar's measure and decided by
   * the seed. O(d³).
   */
  public static Quadratic rotated(long seed, double... curvatures) {
    double[] checked = Checks.vector("curvatures", curvatures);
    int d = checked.length;
    double[][] q = orthogonal(seed, d);
    double[][] h = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = 0; k < d; k++) {
          sum += q[k][i] * checked[k] * q[k][j];
        }
        h[i][j] = sum;
        h[j][i] = sum;
      }
    }
    return of(h);
  }

  /** Rows that are orthonormal: Gram–Schmidt, twice for orthogonality to the last bits. */
  private static double[][] orthogonal(long seed, int d) {
    SplitMix64 random = SplitMix64.stream(seed, PURPOSE);
    double[][] q = new double[d][d];
    for (int k = 0; k < d; k++) {
      for (int i = 0; i < d; i++) {
        q[k][i] = random.nextGaussian();
      }
      for (int pass = 0; pass < 2; pass++) {
        for (int l = 0; l < k; l++) {
          Vectors.axpy(-Vectors.dot(q[k], q[l]), q[l], q[k]);
        }
        Vectors.scale(1 / Math.sqrt(Vectors.dot(q[k], q[k])), q[k]);
      }
    }
    return q;
  }

  /** The same H with its stationary point at {@code m} and the value {@code c} there. */
  public Quadratic centred(double c, double... m) {
    return new Quadratic(
        name, columns, entries, Checks.vector("m", m, dim()), Checks.finite("c", c));
  }

  /** The same function under another name. */
  public Quadratic named(String newName) {
    return new Quadratic(newName, columns, entries, at, offset);
  }

  /** A copy of H, d × d. */
  public double[][] hessian() {
    double[][] h = new double[dim()][dim()];
    hessian(at, h);
    return h;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int dim() {
    return at.length;
  }

  @Override
  public double value(double[] x) {
    double sum = 0;
    for (int i = 0; i < at.length; i++) {
      for (int k = 0; k < columns[i].length; k++) {
        int j = columns[i][k];
        sum += entries[i][k] * (x[i] - at[i]) * (x[j] - at[j]);
      }
    }
    return offset + 0.5 * sum;
  }

  @Override
  public void gradient(double[] x, double[] gradient) {
    for (int i = 0; i < at.length; i++) {
      double sum = 0;
      for (int k = 0; k < columns[i].length; k++) {
        int j = columns[i][k];
        sum += entries[i][k] * (x[j] - at[j]);
      }
      gradient[i] = sum;
    }
  }

  @Override
  public void hessian(double[] x, double[][] hessian) {
    for (int i = 0; i < at.length; i++) {
      Arrays.fill(hessian[i], 0);
      for (int k = 0; k < columns[i].length; k++) {
        hessian[i][columns[i][k]] = entries[i][k];
      }
    }
  }

  @Override
  public void values(double[] x, int replicas, double[] values) {
    Arrays.fill(values, 0, replicas, 0);
    for (int i = 0; i < at.length; i++) {
      for (int k = 0; k < columns[i].length; k++) {
        int j = columns[i][k];
        int iFrom = i * replicas;
        int jFrom = j * replicas;
        double h = entries[i][k];
        double mi = at[i];
        double mj = at[j];
        for (int r = 0; r < replicas; r++) {
          values[r] += h * (x[iFrom + r] - mi) * (x[jFrom + r] - mj);
        }
      }
    }
    for (int r = 0; r < replicas; r++) {
      values[r] = offset + 0.5 * values[r];
    }
  }

  @Override
  public void gradients(double[] x, int replicas, double[] gradients) {
    for (int i = 0; i < at.length; i++) {
      int iFrom = i * replicas;
      Arrays.fill(gradients, iFrom, iFrom + replicas, 0);
      for (int k = 0; k < columns[i].length; k++) {
        int j = columns[i][k];
        int jFrom = j * replicas;
        double h = entries[i][k];
        double mj = at[j];
        for (int r = 0; r < replicas; r++) {
          gradients[iFrom + r] += h * (x[jFrom + r] - mj);
        }
      }
    }
  }
}
