package io.thermograd.theory;

/**
 * The slowest ways in which a reversible process forgets: the autocovariance of an observable f at
 * stationarity is Σ_k c_k² e^{−λ_k t}, with c_k = Σ_i π_i f_i φ_k,i.
 *
 * @param rates λ_1 ≤ λ_2 ≤ …, above 0, per unit of SGD time; λ_1 is the spectral gap
 * @param functions φ_k at the cells, with Σ π φ_k φ_l = δ_kl and Σ π φ_k = 0; the density relaxes
 *     as π φ_k e^{−λ_k t}
 */
@SuppressWarnings("ArrayRecordComponent") // computed once, read as numbers
public record RelaxationModes(double[] rates, double[][] functions) {
  public RelaxationModes {
    rates = rates.clone();
    functions = functions.clone();
    for (int k = 0; k < functions.length; k++) {
      functions[k] = functions[k].clone();
    }
  }

  /** λ_1. */
  public double gap() {
    return rates[0];
  }

  /**
   * c_k², how much of an observable's variance relaxes with each mode; what is missing to its
   * variance relaxes faster than all of them.
   *
   * @param stationary π
   * @param observable f at the cells
   */
  public double[] weights(double[] stationary, double[] observable) {
    Distances.distribution("stationary", stationary);
    Checks.length("stationary", stationary, functions[0].length);
    Checks.length("observable", observable, functions[0].length);
    double[] weights = new double[rates.length];
    for (int k = 0; k < rates.length; k++) {
      double sum = 0;
      for (int i = 0; i < observable.length; i++) {
        sum += stationary[i] * observable[i] * functions[k][i];
      }
      weights[k] = sum * sum;
    }
    return weights;
  }
}
