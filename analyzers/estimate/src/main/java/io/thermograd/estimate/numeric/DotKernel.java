package io.thermograd.estimate.numeric;

/** Inner product of floats; implementations agree in every bit. */
public interface DotKernel {
  /** Float lanes that sum side by side: fixed, so that no machine's vector width shows. */
  int LANES = 32;

  /** Σ_i x_i·y_i in float over n elements, products and sums rounded lane by lane. */
  double dot(float[] x, float[] y, int n);

  /** The same sum by lanes: products i ≡ l mod {@value #LANES} in {@code lanes[l]}. */
  void lanes(float[] x, float[] y, int n, float[] lanes);

  /** The fastest implementation this process can run. */
  static DotKernel best() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? new VectorDotKernel()
        : new PlainDotKernel();
  }

  /** Adds the lanes in one fixed order and the elements past the last full group. */
  static double finish(float[] lanes, float[] x, float[] y, int from, int n) {
    double sum = 0;
    for (int l = 0; l < 8; l++) {
      float pair = lanes[l] + lanes[l + 8];
      sum += pair + (lanes[l + 16] + lanes[l + 24]);
    }
    for (int i = from; i < n; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum;
  }

  /** Adds the products past the last full group to their lanes. */
  static void rest(float[] lanes, float[] x, float[] y, int n) {
    int full = n - n % LANES;
    for (int i = full; i < n; i++) {
      lanes[i - full] += x[i] * y[i];
    }
  }
}
