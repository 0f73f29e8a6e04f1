package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What contrasts say about directions that were made without them: with a = ⟨e, U_i⟩ and the rest ρ
 * = e − Σ_i a_i·U_i, exponentially weighted means of (a²/λ_i)^1 and ^2, whose ratio is the kurtosis
 * along U_i whatever the scale does, of ‖ρ‖² and of ⟨ρ, ρ′⟩² over pairs of one block. O(r) a
 * contrast and a pair, on top of the inner products.
 */
final class OutOfSample {

  /**
   * Read-out.
   *
   * @param kurtosis E a⁴/(E a²)² along each direction, 3 for normal noise; NaN before the first
   *     block
   * @param restTrace E‖ρ‖², NaN before the first block
   * @param restOverlap E⟨ρ, ρ′⟩² for independent ρ, ρ′, the sketch's share included
   */
  record Statistics(double[] kurtosis, double restTrace, double restOverlap) {}

  private final int rank;
  private final double[] level;
  private final double[] weight;
  private final double[] second;
  private final double[] fourth;

  private final SubspaceShift shift = new SubspaceShift();

  // weight of rows, Σ w‖ρ‖², weight of pairs, Σ w⟨ρ, ρ′⟩²
  private final double[] rest = new double[4];

  OutOfSample(int rank) {
    this.rank = rank;
    this.level = new double[rank];
    this.weight = new double[rank];
    this.second = new double[rank];
    this.fourth = new double[rank];
  }

  void forget(double decay) {
    for (int i = 0; i < rank; i++) {
      weight[i] *= decay;
      second[i] *= decay;
      fourth[i] *= decay;
    }
    for (int i = 0; i < rest.length; i++) {
      rest[i] *= decay;
    }
  }

  /** The energies of the directions to come, Σw·λ. */
  void level(double[] energy, double totalWeight) {
    for (int i = 0; i < rank; i++) {
      level[i] = energy[i] / totalWeight;
    }
  }

  /**
   * Adds a block; true when it says that the noise has left these directions.
   *
   * @param gram inner products of the rows from {@code rank} on with all rows, n to a row
   * @param share weight of each row
   * @param scale what a row was divided by
   */
  boolean accept(double[] gram, int n, int count, double[] share, double[] scale) {
    if (!(level[0] > 0)) {
      return false;
    }
    double inside = 0;
    double pairs = 0;
    double pairWeight = 0;
    for (int j = rank; j < rank + count; j++) {
      double rho = restProduct(gram, n, j, j);
      inside += Math.max(0, 1 - rho / gram[j * n + j]) / count;
      rest[0] += share[j];
      rest[1] += share[j] * Math.max(0, rho) * scale[j] * scale[j];
      for (int i = 0; i < rank && level[i] > 0; i++) {
        double a = gram[j * n + i] * scale[j];
        double z = a * a / level[i];
        weight[i] += share[j];
        second[i] += share[j] * z;
        fourth[i] += share[j] * z * z;
      }
      for (int l = rank; l < j; l++) {
        double product = restProduct(gram, n, j, l) * scale[j] * scale[l];
        double both = share[j] * share[l];
        pairWeight += both;
        pairs += both * product * product;
      }
    }
    if (pairWeight > 0) {
      // A block counts by its number of rows, not of pairs.
      double blockWeight = Math.sqrt(pairWeight);
      rest[2] += blockWeight;
      rest[3] += blockWeight * pairs / pairWeight;
    }
    return shift.accept(inside);
  }

  private double restProduct(double[] gram, int n, int j, int l) {
    int first = j * n;
    int second = l * n;
    // Two sums, of the directions that are known: additions of one wait for each other.
    double even = 0;
    double odd = 0;
    for (int i = 0; i < rank && level[i] > 0; i += 2) {
      even += gram[first + i] * gram[second + i];
      odd += level[i + 1] > 0 ? gram[first + i + 1] * gram[second + i + 1] : 0;
    }
    return gram[first + l] - (even + odd);
  }

  void combine(OutOfSample other) {
    for (int i = 0; i < rank; i++) {
      weight[i] += other.weight[i];
      second[i] += other.second[i];
      fourth[i] += other.fourth[i];
    }
    for (int i = 0; i < rest.length; i++) {
      rest[i] += other.rest[i];
    }
  }

  Statistics statistics() {
    double[] kurtosis = new double[rank];
    for (int i = 0; i < rank; i++) {
      kurtosis[i] = fourth[i] * weight[i] / (second[i] * second[i]);
    }
    return new Statistics(kurtosis, rest[1] / rest[0], rest[3] / rest[2]);
  }

  void writeTo(DataOutput out) throws IOException {
    for (double[] a : arrays()) {
      StateArrays.write(out, a);
    }
    shift.writeTo(out);
  }

  void readFrom(DataInput in) throws IOException {
    for (double[] a : arrays()) {
      StateArrays.read(in, a);
    }
    shift.readFrom(in);
  }

  private double[][] arrays() {
    return new double[][] {level, weight, second, fourth, rest};
  }
}
