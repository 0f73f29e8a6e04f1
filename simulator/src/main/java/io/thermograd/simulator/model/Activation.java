package io.thermograd.simulator.model;

/** What a hidden unit does with its input. Non-finite values pass through both. */
public enum Activation {
  RELU {
    @Override
    void apply(float[] z, int length) {
      for (int i = 0; i < length; i++) {
        z[i] = Math.max(0f, z[i]);
      }
    }

    @Override
    float slope(float output) {
      // Written so that NaN counts as active: a broken network should show it in its gradient.
      return output <= 0f ? 0f : 1f;
    }

    @Override
    double initialVariance(int inputs) {
      return 2.0 / inputs;
    }
  },

  TANH {
    @Override
    void apply(float[] z, int length) {
      for (int i = 0; i < length; i++) {
        // StrictMath: the same bits on every machine.
        z[i] = (float) StrictMath.tanh(z[i]);
      }
    }

    @Override
    float slope(float output) {
      return 1f - output * output;
    }

    @Override
    double initialVariance(int inputs) {
      return 1.0 / inputs;
    }
  };

  /** Replaces the first {@code length} inputs by the outputs. */
  abstract void apply(float[] z, int length);

  /** Derivative, from the unit's output; the ReLU's is 0 at 0. */
  abstract float slope(float output);

  /** Variance of a weight that keeps the signal's size from layer to layer. */
  abstract double initialVariance(int inputs);
}
