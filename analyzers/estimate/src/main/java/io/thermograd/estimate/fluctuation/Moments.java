package io.thermograd.estimate.fluctuation;

import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Sums over a stretch of steps of what the fluctuations are told by, in r directions V and in whole
 * sketch space. d = θ − θ̄ is the deviation from the running mean before the step, ḡ the step's
 * gradient, ξ its noise.
 *
 * <p>Matrices go along when V changes, X ← RXRᵀ. What a new direction does not share with the old
 * ones is lost; {@link #RETAINED}, which starts as a step's identity, loses the same share, so that
 * uᵀXu/uᵀIu stays a mean over steps.
 */
final class Moments {
  /** d ḡᵀ. */
  static final int VIRIAL = 0;

  /** d dᵀ. */
  static final int POSITION = 1;

  /** Cov ξ. */
  static final int NOISE = 2;

  /** I. */
  static final int RETAINED = 3;

  private static final int MATRICES = 4;

  /** Traces over the whole sketch space of the first three. */
  private final double[] traces = new double[NOISE + 1];

  private final int rank;
  private final double[][] matrices;
  private double steps;
  private double loss;
  private double losses;

  Moments(int rank) {
    this.rank = rank;
    this.matrices = new double[MATRICES][rank * rank];
  }

  /** Adds a step: d and ḡ in V, and the traces d·ḡ, ‖d‖² and tr Cov ξ. */
  void add(double[] d, double[] g, double virial, double position, double noise) {
    steps++;
    traces[VIRIAL] += virial;
    traces[POSITION] += position;
    traces[NOISE] += noise;
    double[] dg = matrices[VIRIAL];
    double[] dd = matrices[POSITION];
    for (int i = 0; i < rank; i++) {
      double di = d[i];
      int at = i * rank;
      for (int j = 0; j < rank; j++) {
        dg[at + j] += di * g[j];
        dd[at + j] += di * d[j];
      }
      matrices[RETAINED][at + i] += 1;
    }
  }

  /** Adds share·eeᵀ to the covariance of the noise. */
  void addNoise(double[] e, double share) {
    double[] ee = matrices[NOISE];
    for (int i = 0; i < rank; i++) {
      double ei = share * e[i];
      int at = i * rank;
      for (int j = 0; j < rank; j++) {
        ee[at + j] += ei * e[j];
      }
    }
  }

  void addLoss(double x) {
    loss += x;
    losses++;
  }

  void add(Moments other) {
    steps += other.steps;
    loss += other.loss;
    losses += other.losses;
    for (int i = 0; i < traces.length; i++) {
      traces[i] += other.traces[i];
    }
    for (int x = 0; x < MATRICES; x++) {
      for (int i = 0; i < rank * rank; i++) {
        matrices[x][i] += other.matrices[x][i];
      }
    }
  }

  void clear() {
    steps = 0;
    loss = 0;
    losses = 0;
    Arrays.fill(traces, 0);
    for (double[] m : matrices) {
      Arrays.fill(m, 0);
    }
  }

  /** X ← RXRᵀ. */
  void rotate(double[][] r) {
    double[] half = new double[rank * rank];
    for (double[] x : matrices) {
      Arrays.fill(half, 0);
      for (int i = 0; i < rank; i++) {
        for (int l = 0; l < rank; l++) {
          for (int j = 0; j < rank; j++) {
            half[i * rank + j] += r[i][l] * x[l * rank + j];
          }
        }
      }
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          double sum = 0;
          for (int l = 0; l < rank; l++) {
            sum += half[i * rank + l] * r[j][l];
          }
          x[i * rank + j] = sum;
        }
      }
    }
  }

  double steps() {
    return steps;
  }

  /** Mean loss of the steps that had one; NaN when none had. */
  double loss() {
    return loss / losses;
  }

  /** Mean over the steps of the trace over the whole sketch space. */
  double trace(int of) {
    return traces[of] / steps;
  }

  /** Sum of an element over the steps. */
  double element(int of, int i, int j) {
    return matrices[of][i * rank + j];
  }

  /** uᵀXu a step. */
  double along(int of, double[] u) {
    return quadratic(of, u) / quadratic(RETAINED, u);
  }

  private double quadratic(int of, double[] u) {
    double sum = 0;
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j < rank; j++) {
        sum += u[i] * matrices[of][i * rank + j] * u[j];
      }
    }
    return sum;
  }

  /**
   * What all that lies outside V leaves along each direction of a sketch of dimension k: (trace −
   * tr of the block)/(k − r) a step.
   */
  double crosstalk(int of, int k) {
    if (k <= rank) {
      return 0;
    }
    double inside = 0;
    for (int i = 0; i < rank; i++) {
      double kept = matrices[RETAINED][i * rank + i];
      inside += kept > 0 ? matrices[of][i * rank + i] / kept : 0;
    }
    return (trace(of) - inside) / (k - rank);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(steps);
    out.writeDouble(loss);
    out.writeDouble(losses);
    StateArrays.write(out, traces);
    for (double[] m : matrices) {
      StateArrays.write(out, m);
    }
  }

  void readFrom(DataInput in) throws IOException {
    steps = in.readDouble();
    loss = in.readDouble();
    losses = in.readDouble();
    StateArrays.read(in, traces);
    for (double[] m : matrices) {
      StateArrays.read(in, m);
    }
  }
}
