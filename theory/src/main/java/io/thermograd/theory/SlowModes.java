package io.thermograd.theory;

import java.util.Arrays;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Slowest modes by subspace iteration with (σ − A*)⁻¹ and Rayleigh–Ritz on the Dirichlet form; the
 * constant function, whose rate is 0, is projected out. A few vectors more than asked for are
 * carried along, so that groups of equal rates are found whole.
 */
final class SlowModes {
  private static final int SPARE = 8;

  /** What is left of a vector that depends on the others is rounding, and smaller than this. */
  private static final double MIN_NORM = 1e-13;

  private static final int MOST_ROUNDS = 400;
  private static final double SETTLED = 1e-12;

  /** Rates this many times above the noise are accurate to 10⁻⁵. */
  private static final double NOISE_MARGIN = 1e5;

  private final JumpProcess process;
  private final double[][] block;

  private SlowModes(JumpProcess process, int vectors) {
    this.process = process;
    block = new double[vectors][process.cells()];
    Random random = new Random(1); // Its algorithm is part of Java's specification.
    for (double[] phi : block) {
      // Rough on every scale, with the long waves that slow modes are made of first.
      double level = 0;
      for (int i = 0; i < phi.length; i++) {
        level += random.nextDouble() - 0.5;
        phi[i] = level;
      }
    }
  }

  static RelaxationModes of(JumpProcess process, int count) {
    int vectors = Math.min(process.cells() - 1, count + SPARE);
    SlowModes modes = new SlowModes(process, vectors);
    modes.orthonormalize();
    double[] rates = modes.rotate();
    double jumps = modes.jumpsPerTime();
    // Of the order of the rate of diffusing across all cells; any shift not far above the wanted
    // rates will do, and 0 is singular.
    CensoredChain chain = modes.factor(jumps / ((double) process.cells() * process.cells()));
    // Where a slow mode is flat, rounding leaves differences of 2⁻⁵² between neighbours.
    double noise = 64 * jumps * Math.ulp(1.0) * Math.ulp(1.0);
    for (int round = 0; round < MOST_ROUNDS; round++) {
      for (int v = 0; v < vectors; v++) {
        modes.block[v] = chain.solveBackward(modes.block[v]);
      }
      modes.orthonormalize();
      double[] before = rates;
      rates = modes.rotate();
      if (settled(before, rates, count, noise)) {
        if (rates[0] < NOISE_MARGIN * noise) {
          throw new IllegalArgumentException(
              "temperature should be higher: rates below %s are lost in rounding, and one was %s"
                  .formatted(NOISE_MARGIN * noise, rates[0]));
        }
        return new RelaxationModes(Arrays.copyOf(rates, count), Arrays.copyOf(modes.block, count));
      }
    }
    throw new IllegalArgumentException(
        "count should be smaller for this process, its rates did not settle: was " + count);
  }

  private CensoredChain factor(double shift) {
    double[] excess = new double[process.cells()];
    Arrays.fill(excess, shift);
    return new CensoredChain(process, excess);
  }

  /** Mean rate of jumping at stationarity. */
  private double jumpsPerTime() {
    double[] sum = new double[1];
    process.forEachEdge(
        (i, j, forward, backward) ->
            sum[0] += process.stationary(i) * forward + process.stationary(j) * backward);
    return sum[0];
  }

  private static boolean settled(double[] before, double[] now, int count, double noise) {
    for (int k = 0; k < count; k++) {
      if (!(Math.abs(now[k] - before[k]) <= SETTLED * now[k] + noise)) {
        return false;
      }
    }
    return true;
  }

  /** Gram–Schmidt in the inner product Σ π φ χ, twice, the constant function first. */
  private void orthonormalize() {
    for (int v = 0; v < block.length; v++) {
      double[] phi = block[v];
      for (int pass = 0; pass < 2; pass++) {
        double mean = 0;
        for (int i = 0; i < phi.length; i++) {
          mean += process.stationary(i) * phi[i];
        }
        for (int i = 0; i < phi.length; i++) {
          phi[i] -= mean;
        }
        for (int u = 0; u < v; u++) {
          double overlap = inner(phi, block[u]);
          for (int i = 0; i < phi.length; i++) {
            phi[i] -= overlap * block[u][i];
          }
        }
        double norm = Math.sqrt(inner(phi, phi));
        if (!(norm > MIN_NORM)) {
          throw new IllegalArgumentException(
              "cells should be finer: the stationary law lies in too few of them for %d modes"
                  .formatted(block.length));
        }
        for (int i = 0; i < phi.length; i++) {
          phi[i] /= norm;
        }
      }
    }
  }

  /** Turns the block into Ritz vectors, slowest first, and returns their rates. */
  private double[] rotate() {
    int m = block.length;
    DMatrixRMaj form = new DMatrixRMaj(m, m);
    for (int a = 0; a < m; a++) {
      for (int b = 0; b <= a; b++) {
        double value = process.dirichlet(block[a], block[b]);
        form.set(a, b, value);
        form.set(b, a, value);
      }
    }
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(m, true, true);
    if (!eigen.decompose(form)) {
      throw new IllegalArgumentException("rates should be finite: eigenvalues did not converge");
    }
    Integer[] order = new Integer[m];
    Arrays.setAll(order, a -> a);
    Arrays.sort(
        order, (a, b) -> Double.compare(eigen.getEigenvalue(a).real, eigen.getEigenvalue(b).real));
    int cells = process.cells();
    double[][] turned = new double[m][cells];
    double[] rates = new double[m];
    for (int a = 0; a < m; a++) {
      DMatrixRMaj vector = eigen.getEigenVector(order[a]);
      for (int b = 0; b < m; b++) {
        double share = vector.get(b, 0);
        for (int i = 0; i < cells; i++) {
          turned[a][i] += share * block[b][i];
        }
      }
      // The quotient again, of the vector itself: accurate relative to a rate far below the others.
      rates[a] = process.dirichlet(turned[a], turned[a]) / inner(turned[a], turned[a]);
    }
    System.arraycopy(turned, 0, block, 0, m);
    return rates;
  }

  private double inner(double[] phi, double[] chi) {
    double sum = 0;
    for (int i = 0; i < phi.length; i++) {
      sum += process.stationary(i) * phi[i] * chi[i];
    }
    return sum;
  }
}
