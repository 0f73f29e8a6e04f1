package io.thermograd.estimate.fluctuation;

import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.QuantityName;
import org.jspecify.annotations.Nullable;

/**
 * The loss that fluctuations add, E = ½tr(HC) = ½⟨d·ḡ⟩ over the whole sketch, and how much of it
 * half the learning rate or twice the batch would take away.
 *
 * <p>Twice the batch halves the noise and so E. Of half the learning rate, E′ = ½E₀φ: E₀ = η_eff·tr
 * Cov(ξ)/4 is the leading order, φ what is beyond it. With E/E₀ = ρ = mean 1/(1 − s) over
 * directions, s = ηκ/(2(1+β)), φ = mean 1/(1 − s/2) lies between 1 (all of s in one direction at
 * the edge of stability) and 2ρ/(ρ+1) (the same s everywhere); the middle is taken and half the
 * range is an error.
 *
 * <p>Only what comes to equilibrium within θ̄'s memory L counts: directions that are flatter
 * neither hold the energy that E₀ gives them nor would give it back. ρ is of all: E +
 * ⟨‖d‖²⟩/(2η_effL) is what E would be if none were too flat, by the stationarity of ⟨‖d‖²⟩.
 *
 * <p>The mean mini-batch loss of epochs without replacement is higher than the loss, since a
 * batch's examples are those that the epoch's updates so far were not for: the change is up to
 * twice as large, 1.15 ± 0.1 times on digits.
 */
final class LossForecast {
  private static final String METHOD = "virial";
  private static final double NORMAL = 1.959963984540054;

  /** Relative standard error of the quadratic model: measured on networks, not derived. */
  private static final double MODEL = 0.15;

  private static final double EPOCHS = 1.15;
  private static final double EPOCHS_ERROR = 0.1;
  private static final double SHORTEST_EPOCH = 20;

  /** Share that has to be in equilibrium. */
  private static final double LEAST_SHARE = 0.5;

  private final Equilibrium at;
  private final Blocks blocks;
  private final double epoch;

  /**
   * @param epoch steps in which no example comes twice; infinite for independent draws
   */
  LossForecast(Equilibrium at, Blocks blocks, double epoch) {
    this.at = at;
    this.blocks = blocks;
    this.epoch = epoch;
  }

  void describe(QuantityList out) {
    BlockMean energy = BlockMean.of(blocks, m -> m.trace(Moments.VIRIAL) / 2);
    double width = energy.factor() * energy.error();
    Moments total = blocks.total();
    double leading = at.rate() * total.trace(Moments.NOISE) / 4;
    double all = energy.value() + total.trace(Moments.POSITION) / (2 * at.rate() * at.memory());
    out.put(
        QuantityName.THERMAL_ENERGY_MEASURED,
        energy.value(),
        energy.value() - width,
        Math.max(energy.value(), all) + width,
        METHOD);
    double share = energy.value() / all;
    double rho = all / leading;
    String unfit = unfit(energy.value(), share, rho);
    if (unfit != null) {
      absent(out, unfit);
      return;
    }
    double middle = (1 + 2 * rho / (rho + 1)) / 2;
    double range = Math.abs(1 - middle);
    double half = energy.value() - share * leading / 2 * middle;
    // Uniform over the range: standard deviation range/√3.
    double halfError = Math.hypot(share * leading / 2 * range / Math.sqrt(3), energy.error());
    put(out, QuantityName.LOSS_CHANGE_HALF_LEARNING_RATE, half, halfError, energy, share);
    double twice = energy.value() / 2;
    put(out, QuantityName.LOSS_CHANGE_DOUBLE_BATCH, twice, energy.error() / 2, energy, share);
  }

  private @Nullable String unfit(double energy, double share, double rho) {
    if (!(energy > 0) || !(share >= LEAST_SHARE)) {
      return "not in equilibrium: the gradient does not answer to where the parameters fluctuate";
    }
    if (!(rho > 0.5 && rho < 10)) {
      return "the parameters fluctuate otherwise than the gradient noise would make them";
    }
    if (epoch < SHORTEST_EPOCH) {
      return "an epoch of so few steps cancels its own noise";
    }
    return drifts(energy / 2)
        ? "the loss still changes by as much as the settings would change it"
        : null;
  }

  private void put(
      QuantityList out,
      QuantityName name,
      double gain,
      double error,
      BlockMean energy,
      double share) {
    boolean epochs = epoch < Double.POSITIVE_INFINITY;
    double value = epochs ? EPOCHS * gain : gain;
    double relative = Math.hypot(MODEL, epochs ? EPOCHS_ERROR : 0);
    relative = Math.hypot(relative, (1 - share) / 2);
    double width = Math.hypot(NORMAL * relative * value, energy.factor() * error * (value / gain));
    if (!(2 * width <= value)) {
      out.absent(name, "not known to within half of its size yet");
      return;
    }
    out.put(name, -value, -value - width, -value + width, METHOD);
  }

  /** Whether the loss changes, significantly, by more than {@code size} within θ̄'s memory. */
  private boolean drifts(double size) {
    int n = blocks.count();
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += blocks.get(i).loss() / n;
    }
    double centre = (n - 1) / 2.0;
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < n; i++) {
      xx += (i - centre) * (i - centre);
      xy += (i - centre) * (blocks.get(i).loss() - mean);
    }
    double slope = xy / xx;
    double rest = 0;
    for (int i = 0; i < n; i++) {
      double r = blocks.get(i).loss() - mean - slope * (i - centre);
      rest += r * r;
    }
    double error = StudentT.quantile975(n - 2) * Math.sqrt(rest / (n - 2) / xx);
    double scale = at.memory() / blocks.length();
    return scale * (Math.abs(slope) - error) > size;
  }

  private static void absent(QuantityList out, String reason) {
    out.absent(QuantityName.LOSS_CHANGE_HALF_LEARNING_RATE, reason);
    out.absent(QuantityName.LOSS_CHANGE_DOUBLE_BATCH, reason);
  }
}
