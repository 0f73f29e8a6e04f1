package io.thermograd.estimate.fluctuation;

import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.Quantity;
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
 *
 * <p>A loss none of which was negative cannot fall by more than there is of it: what is published
 * is cut at minus the mean loss of the same steps, and absent where the whole interval lies beyond.
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
  private final double most;

  /**
   * @param epoch steps in which no example comes twice; infinite for independent draws
   * @param bounded whether no loss of the run was negative
   */
  LossForecast(Equilibrium at, Blocks blocks, double epoch, boolean bounded) {
    this.at = at;
    this.blocks = blocks;
    this.epoch = epoch;
    double level = bounded ? blocks.total().loss() : Double.NaN;
    this.most = Double.isNaN(level) ? Double.POSITIVE_INFINITY : level;
  }

  void describe(QuantityList out) {
    Energy now = energy();
    BlockMean energy = now.measured;
    double width = energy.factor() * energy.error();
    out.put(
        QuantityName.THERMAL_ENERGY_MEASURED,
        energy.value(),
        energy.value() - width,
        Math.max(energy.value(), now.all) + width,
        METHOD);
    String unfit = unfit(now);
    if (unfit != null) {
      absent(out, unfit);
      return;
    }
    put(out, QuantityName.LOSS_CHANGE_HALF_LEARNING_RATE, gain(now, 0.5, 1));
    put(out, QuantityName.LOSS_CHANGE_DOUBLE_BATCH, gain(now, 1, 0.5));
  }

  /**
   * What is known of the energy now.
   *
   * @param leading E₀
   * @param all what E would be if no direction were too flat
   * @param share of it that is in equilibrium
   * @param rho E/E₀ of all
   */
  private record Energy(BlockMean measured, double leading, double all, double share, double rho) {}

  /** A fall of the loss, and half of its 95 % interval. */
  private record Gain(double value, double width) {
    /** To within half of its size. */
    boolean known() {
      return 2 * width <= value && Double.isFinite(value);
    }
  }

  /**
   * Change of the mean loss at equilibrium for η′ = rate·η and B = batch·B′, with both at most 1;
   * null where it is not known. Not cut: value and width are those of a normal law.
   */
  @Nullable Quantity change(double rate, double batch) {
    Energy now = energy();
    if (unfit(now) != null) {
      return null;
    }
    Gain gain = gain(now, rate, batch);
    return gain.known()
        ? Quantity.of(-gain.value, -gain.value - gain.width, -gain.value + gain.width, METHOD)
        : null;
  }

  /**
   * The loss at the mean of the latest iterates less the mean of their losses: E less what is left
   * of it in the mean, ⟨‖d‖²⟩/(η_eff·iterates), since Cov θ̄ = H⁻¹NH⁻¹/iterates and C = ½η_effNH⁻¹
   * to leading order. Null where it is not known.
   */
  @Nullable Quantity averaged(double iterates) {
    Energy now = energy();
    if (unfit(now) != null) {
      return null;
    }
    double energy = now.measured.value();
    double left = blocks.total().trace(Moments.POSITION) / (at.rate() * iterates);
    double value = energy - Math.min(energy, left);
    Gain gain =
        new Gain(
            value,
            Math.hypot(NORMAL * MODEL * value, now.measured.factor() * now.measured.error()));
    return gain.known() ? cut(gain) : null;
  }

  private Energy energy() {
    BlockMean measured = BlockMean.of(blocks, m -> m.trace(Moments.VIRIAL) / 2);
    Moments total = blocks.total();
    double leading = at.rate() * total.trace(Moments.NOISE) / 4;
    double all = measured.value() + total.trace(Moments.POSITION) / (2 * at.rate() * at.memory());
    return new Energy(measured, leading, all, measured.value() / all, all / leading);
  }

  /** Uniform over the range of φ: standard deviation range/√3. */
  private Gain gain(Energy now, double rate, double batch) {
    BlockMean energy = now.measured;
    double value;
    double error;
    if (rate < 1) {
      double most = now.rho / (now.rho - rate * (now.rho - 1));
      double middle = (1 + most) / 2;
      double left = batch * now.share * now.leading * rate;
      value = energy.value() - left * middle;
      error = Math.hypot(left * Math.abs(1 - middle) / Math.sqrt(3), energy.error());
    } else {
      value = (1 - batch) * energy.value();
      error = (1 - batch) * energy.error();
    }
    boolean epochs = epoch < Double.POSITIVE_INFINITY;
    double gain = epochs ? EPOCHS * value : value;
    double relative = Math.hypot(MODEL, epochs ? EPOCHS_ERROR : 0);
    relative = Math.hypot(relative, (1 - now.share) / 2);
    return new Gain(
        gain, Math.hypot(NORMAL * relative * gain, energy.factor() * error * (gain / value)));
  }

  private @Nullable String unfit(Energy now) {
    double energy = now.measured.value();
    if (!(energy > 0) || !(now.share >= LEAST_SHARE)) {
      return "not in equilibrium: the gradient does not answer to where the parameters fluctuate";
    }
    if (!(now.rho > 0.5 && now.rho < 10)) {
      return "the parameters fluctuate otherwise than the gradient noise would make them";
    }
    if (epoch < SHORTEST_EPOCH) {
      return "an epoch of so few steps cancels its own noise";
    }
    return drifts(energy / 2)
        ? "the loss still changes by as much as the settings would change it"
        : null;
  }

  private void put(QuantityList out, QuantityName name, Gain gain) {
    Quantity cut = gain.known() ? cut(gain) : null;
    if (cut != null) {
      out.put(name, cut);
    } else {
      out.absent(
          name,
          gain.known()
              ? "predicted to be more than there is of the loss"
              : "not known to within half of its size yet");
    }
  }

  /** As a change of the loss, cut where none would be left; null when it lies wholly beyond. */
  private @Nullable Quantity cut(Gain gain) {
    double least = gain.value - gain.width;
    return least <= most
        ? Quantity.of(
            -Math.min(gain.value, most), -Math.min(gain.value + gain.width, most), -least, METHOD)
        : null;
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
