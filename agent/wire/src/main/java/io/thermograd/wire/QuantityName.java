package io.thermograd.wire;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every quantity that an insight can carry: its name in JSON, unit and meaning. The one list that
 * estimators, metrics, the page and METRICS.md share.
 */
public enum QuantityName {
  LOSS("loss", "loss", "Training loss: exponentially weighted mean of the mini-batch loss"),
  BATCH_LOSS("batch_loss", "loss", "Mini-batch loss of the latest step"),
  LOSS_SD("loss_sd", "loss", "Standard deviation of the mini-batch loss from step to step"),
  LOSS_AUTOCORRELATION_TIME(
      "loss_autocorrelation_time",
      "steps",
      "Integrated autocorrelation time of the detrended loss, of late"),
  LOSS_DRIFT(
      "loss_drift", "loss/step", "Slope of the loss over the shortest window that decides on it"),
  FLUCTUATION_DISSIPATION_RATIO(
      "fluctuation_dissipation_ratio",
      "1",
      "−2⟨(θ−θ₀)·Δθ⟩/⟨‖Δθ‖²⟩ over a window that begins at θ₀: 1 in equilibrium, 0 in free diffusion"),
  PFLUG_STATISTIC(
      "pflug_statistic",
      "(loss/param)²",
      "⟨g′·g⟩ of successive gradients: positive in descent, slightly negative at rest"),
  CRITICAL_SLOWING_DOWN(
      "critical_slowing_down",
      "1",
      "Kendall's τ of variance and of lag-1 autocorrelation of the loss, the smaller one"),
  LYAPUNOV_RADIUS(
      "lyapunov_radius", "param", "√(tr C), how far the parameters fluctuate about their mean"),
  THERMAL_SHARE(
      "thermal_share",
      "1",
      "Measured thermal energy over itself plus what one more window of the drift takes off"),
  GRADIENT_NORM("gradient_norm", "loss/param", "Norm of the latest step's mini-batch gradient"),
  GRADIENT_SQNORM(
      "gradient_sqnorm", "(loss/param)²", "‖G‖², squared norm of the full gradient, unbiased"),
  NOISE_TRACE("noise_trace", "(loss/param)²", "tr Σ, trace of the per-example gradient covariance"),
  GRADIENT_NOISE_SCALE(
      "gradient_noise_scale",
      "examples",
      "tr Σ/‖G‖², the batch size at which noise and signal are equal"),
  EFFECTIVE_DIMENSION(
      "effective_dimension",
      "directions",
      "(tr Σ)²/tr Σ², in how many directions the gradient noise spreads"),
  NOISE_EIGENVALUES(
      "noise_eigenvalues", "(loss/param)²", "Leading eigenvalues of Σ, largest first", true),
  NOISE_ANISOTROPY(
      "noise_anisotropy", "1", "λ₁/tr Σ, share of the noise along its leading direction"),
  NOISE_CONDITION(
      "noise_condition", "1", "λ₁/λ₁₀, how unequal the ten leading directions of the noise are"),
  NOISE_TAIL_INDEX(
      "noise_tail_index",
      "1",
      "Tail index of the noise vectors' norms: moments of this order and above do not exist"),
  NOISE_KURTOSIS(
      "noise_kurtosis", "1", "Excess kurtosis of the noise along fixed directions, 0 when normal"),
  LAYER_NOISE_TRACE(
      "layer_noise_trace", "(loss/param)²", "tr Σ within each layer, in the run's order", true),
  LAYER_NOISE_ANISOTROPY(
      "layer_noise_anisotropy", "1", "λ₁/tr Σ within each layer, in the run's order", true),
  CURVATURE_RAYLEIGH(
      "curvature_rayleigh", "loss/param²", "tr(HC)/tr C, mean curvature along the updates"),
  SHARPNESS("sharpness", "loss/param²", "λ_max, the Hessian's largest eigenvalue"),
  SHARPNESS_PROBE("sharpness_probe", "loss/param²", "λ_max as the trainer's latest probe found it"),
  SHARPNESS_DISAGREEMENT(
      "sharpness_disagreement", "1", "log of the stream's λ_max over the latest probe's"),
  HESSIAN_TRACE("hessian_trace", "loss/param²", "tr H as the trainer's latest probe found it"),
  STABILITY_LIMIT(
      "stability_limit",
      "loss/param²",
      "Largest λ_max at which the optimizer is stable at this learning rate"),
  STABILITY_RATIO(
      "stability_ratio",
      "1",
      "η over the largest at which the steepest direction is stable: 1 at the edge of stability"),
  NOISE_CURVATURE_ALIGNMENT(
      "noise_curvature_alignment",
      "1",
      "tr(ΣH)/(‖Σ‖_F‖H‖_F) in the noise's leading directions, 1 when proportional"),
  NOISE_CURVATURE_COSINE(
      "noise_curvature_cosine",
      "1",
      "Cosine of the leading eigenvectors of Σ and H, its sign aside"),
  NOISE_CURVATURE_SLOPE(
      "noise_curvature_slope", "1", "Slope of log λ_i(Σ) on log κ_i(H), rank by rank"),
  CURVATURE_NOISE_SCALE(
      "curvature_noise_scale",
      "examples",
      "tr(HΣ)/(GᵀHG), the batch size at which noise and signal cost equal loss by curvature"),
  TEMPERATURE_NOMINAL(
      "temperature_nominal", "param²/loss/example", "η/((1−β)B), the temperature's settings part"),
  TEMPERATURE_EFFECTIVE(
      "temperature_effective", "loss", "η_eff·c·tr Σ/(2·B·d_eff), temperature of the noise"),
  THERMAL_ENERGY(
      "thermal_energy", "loss", "η_eff·c·tr Σ/(4B), loss that the noise alone adds at equilibrium"),
  TEMPERATURE_MEASURED(
      "temperature_measured",
      "loss",
      "κ·Var(θ) along eigenvectors of the Hessian in the leading noise directions, stiffest first",
      true),
  TEMPERATURE_PREDICTED(
      "temperature_predicted",
      "loss",
      "What learning rate, momentum, curvature and noise make of the measured temperatures",
      true),
  TEMPERATURE_SPREAD(
      "temperature_spread",
      "1",
      "Standard deviation of the logarithm of the measured temperatures, 0 at equipartition"),
  COVARIANCE_RATIO(
      "covariance_ratio",
      "1",
      "Variance of the parameters over its stationary solution, in those directions"),
  ROTATIONAL_FLOW(
      "rotational_flow",
      "1",
      "Antisymmetric over symmetric part of Cov(θ, g) in the leading noise directions, 0 under"
          + " detailed balance"),
  THERMAL_ENERGY_MEASURED(
      "thermal_energy_measured", "loss", "½⟨(θ−θ̄)·g⟩, loss that the fluctuations add at present"),
  LOSS_CHANGE_HALF_LEARNING_RATE(
      "loss_change_half_learning_rate",
      "loss",
      "Change of the loss at equilibrium if the learning rate were halved, negative when lower"),
  LOSS_CHANGE_DOUBLE_BATCH(
      "loss_change_double_batch",
      "loss",
      "Change of the loss at equilibrium if the batch were doubled, negative when lower"),
  BASIN_COUNT(
      "basin_count", "basins", "Minima of the mean loss that the run has been in and come back to"),
  BASIN_TRANSITIONS(
      "basin_transitions", "transitions", "Passages from the core of one basin into another's"),
  BASIN_OCCUPATION(
      "basin_occupation",
      "1",
      "Share of the SGD time spent in each basin, in order of discovery",
      true),
  BASIN_DWELL_STEPS(
      "basin_dwell_steps", "steps", "Mean stay in each basin, in order of discovery", true),
  IMPLIED_TIMESCALES(
      "implied_timescales",
      "steps",
      "Relaxation times of the slowest modes of the parameters, longest first",
      true),
  SPECTRAL_GAP_RELAXATION(
      "spectral_gap_relaxation",
      "loss/param²",
      "Slowest rate of relaxation per unit of SGD time, as the loss falls to its level"),
  SPECTRAL_GAP_AUTOCORRELATION(
      "spectral_gap_autocorrelation",
      "loss/param²",
      "Slowest rate of relaxation per unit of SGD time, from the parameters' autocorrelation"),
  SPECTRAL_GAP_BASINS(
      "spectral_gap_basins",
      "loss/param²",
      "Slowest rate of relaxation per unit of SGD time, of the passages between basins"),
  EXPLORATION(
      "exploration",
      "transitions",
      "Passages between basins to be expected in as many steps as half of the run: below 1 frozen, above exploring"),
  BASIN_ENERGIES(
      "basin_energies",
      "1",
      "E_i/η of each basin above the lowest, from least-cost trees of passages: occupation ∝ exp(−E_i/η)",
      true),
  BEST_BASIN_STEPS(
      "best_basin_steps",
      "steps",
      "Mean steps to the basin of the lowest loss, from the present one"),
  OCCUPATION_LAW(
      "occupation_law",
      "1",
      "Log-likelihood of the basins' occupation under Gibbs' law less that under a power law of the loss"),
  OCCUPATION_TEMPERATURE(
      "occupation_temperature",
      "loss",
      "T of Gibbs' law e^(−L/T) as fitted to the occupation of the basins"),
  OCCUPATION_EXPONENT(
      "occupation_exponent",
      "1",
      "α of the power law L^(−α) as fitted to the occupation of the basins"),
  LEARNING_RATE("learning_rate", "param²/loss", "Learning rate η the trainer used"),
  BATCH_SIZE(
      "batch_size",
      "examples",
      "Global batch size B in use; one step alone of another size does not count"),
  ESCAPE_STEPS(
      "escape_steps", "steps", "Steps from now until the run leaves the basin that it is in"),
  ESCAPE_PROBABILITY(
      "escape_probability",
      "1",
      "Probability that the run leaves its basin within the rest of its budget"),
  BARRIER_HEIGHT(
      "barrier_height", "loss", "ΔU of τ = A·e^{ΔU/T}, the lowest barrier around the basin"),
  ESCAPE_LEARNING_RATE(
      "escape_learning_rate",
      "param²/loss",
      "Learning rate at which the mean escape takes as long as the rest of the budget"),
  STEPS_TO_IMPROVEMENT(
      "steps_to_improvement", "steps", "Steps from now until the smoothed loss is 1 % lower"),
  AVERAGED_LOSS_CHANGE(
      "averaged_loss_change",
      "loss",
      "Loss at the mean of the parameters less the mean of the loss, negative when lower"),
  STEPS_PER_SECOND(
      "steps_per_second", "steps/s", "Optimizer steps per second of the trainer's own clock"),
  DROPPED_EVENTS(
      "dropped_events", "events", "Events that the run's agents have had to drop, as they say"),
  MISSING_STEPS(
      "missing_steps",
      "steps",
      "Steps of this attempt that never came, or came with too few ranks to use");

  private static final Map<String, QuantityName> BY_ID = new HashMap<>();

  static {
    for (QuantityName q : values()) {
      BY_ID.put(q.id, q);
    }
  }

  private final String id;
  private final String unit;
  private final String meaning;
  private final boolean vector;

  QuantityName(String id, String unit, String meaning) {
    this(id, unit, meaning, false);
  }

  QuantityName(String id, String unit, String meaning, boolean vector) {
    this.id = id;
    this.unit = unit;
    this.meaning = meaning;
    this.vector = vector;
  }

  /** The name in JSON; the Prometheus name is {@code thermograd_} + this. */
  public String id() {
    return id;
  }

  /** Unit of measure. */
  public String unit() {
    return unit;
  }

  /** One line. */
  public String meaning() {
    return meaning;
  }

  /**
   * Whether it has several elements, in an order of its own: found in {@link Insight#vectors()},
   * and in Prometheus one series each with the label {@code index}, from 1.
   */
  public boolean isVector() {
    return vector;
  }

  /** The quantity of that name, or null. */
  public static @Nullable QuantityName byId(String id) {
    return BY_ID.get(id);
  }
}
