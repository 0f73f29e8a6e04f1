package io.thermograd.simulator.model;

/** What a hidden unit does with its input. Non-finite values pass through all of them. */
public enum Activation {
  /** max(0, z). */
  RELU {
    @Override
    void apply(float[] z, int length) {
      for (int i = 0; i < length; i++) {
        z[i] = Math.max(0f, z[i]);
      }
    }

    @Override
    double apply(double z) {
      return Math.max(0, z);
    }

    @Override
    float slope(float output) {
      // Written so that NaN counts as active: a broken network should show it in its gradient.
      return output <= 0f ? 0f : 1f;
    }

    @Override
    double slope(double output) {
      return output <= 0 ? 0 : 1;
    }

    @Override
    double bend(double output) {
      return 0;
    }

    @Override
    double initialVariance(int inputs) {
      return 2.0 / inputs;
    }
  },

  /** tanh z. */
  TANH {
    @Override
    void apply(float[] z, int length) {
      for (int i = 0; i < length; i++) {
        // StrictMath: the same bits on every machine.
        z[i] = (float) StrictMath.tanh(z[i]);
      }
    }

    @Override
    double apply(double z) {
      return StrictMath.tanh(z);
    }

    @Override
    float slope(float output) {
      return 1f - output * output;
    }

    @Override
    double slope(double output) {
      return 1 - output * output;
    }

    @Override
    double bend(double output) {
      return -2 * output * (1 - output * output);
    }

    @Override
    double initialVariance(int inputs) {
      return 1.0 / inputs;
    }
  },

  /** z itself: a deep linear network. */
  LINEAR {
    @Override
    void apply(float[] z, int length) {}

    @Override
    double apply(double z) {
      return z;
    }

    @Override
    float slope(float output) {
      return 1f;
    }

    @Override
    double slope(double output) {
      return 1;
    }

    @Override
    double bend(double output) {
      return 0;
    }

    @Override
    double initialVariance(int inputs) {
      return 1.0 / inputs;
    }
  };

  /** Replaces the first {@code length} inputs by the outputs. */
  abstract void apply(float[] z, int length);

  abstract double apply(double z);

  /** Derivative, from the unit's output; the ReLU's is 0 at 0. */
  abstract float slope(float output);

  abstract double slope(double output);

  /** Second derivative, from the unit's output; the ReLU's is taken as 0 everywhere. */
  abstract double bend(double output);

  /** Variance of a weight that keeps the signal's size from layer to layer. */
  abstract double initialVariance(int inputs);
}
