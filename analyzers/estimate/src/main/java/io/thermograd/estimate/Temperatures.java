package io.thermograd.estimate;

import io.thermograd.estimate.noise.EffectiveDimension;
import io.thermograd.estimate.noise.NoiseEstimator;
import io.thermograd.estimate.noise.NoiseSeries;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.StepScalars;
import io.thermograd.theory.Temperature;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Nominal and effective temperature and thermal energy ({@link Temperature} has the formulas), from
 * the latest step's settings and the averaged noise. Their errors are those of the noise trace and
 * the effective dimension; both are taken as independent.
 */
final class Temperatures {
  private static final List<QuantityName> ALL =
      List.of(
          QuantityName.TEMPERATURE_NOMINAL,
          QuantityName.TEMPERATURE_EFFECTIVE,
          QuantityName.THERMAL_ENERGY);
  private static final Set<Optimizer> APPLICABLE =
      EnumSet.of(
          Optimizer.SGD, Optimizer.MOMENTUM, Optimizer.NESTEROV, Optimizer.OPTIMIZER_UNSPECIFIED);
  private static final String SETTINGS = "settings";

  private final RunSettings settings;

  Temperatures(RunSettings settings) {
    this.settings = settings;
  }

  void describe(QuantityList out, @Nullable StepScalars step, NoiseEstimator noise) {
    String missing = missing(step);
    if (missing != null || step == null || step.learningRate() == null) {
      ALL.forEach(name -> out.absent(name, missing == null ? "no step yet" : missing));
      return;
    }
    double rate =
        Temperature.effectiveLearningRate(step.learningRate(), settings.momentum().orElse(0));
    double batch = step.batchSize();
    if (!Double.isFinite(rate)) {
      ALL.forEach(name -> out.absent(name, "η/(1−β) overflows"));
      return;
    }
    out.putExact(QuantityName.TEMPERATURE_NOMINAL, Temperature.nominal(rate, batch), SETTINGS);
    NoiseSeries series = noise.latest();
    if (!series.ready() || !series.resolved()) {
      String reason = "waits for the noise trace";
      out.absent(QuantityName.THERMAL_ENERGY, reason);
      out.absent(QuantityName.TEMPERATURE_EFFECTIVE, reason);
      return;
    }
    double factor = factor(step);
    EffectiveDimension dimension = noise.dimension();
    double trace = series.trace();
    double energy = Temperature.thermalEnergy(rate, factor, trace, batch);
    double relative = Math.sqrt(series.traceVariance(dimension.sketchVariance())) / trace;
    double width = series.factor() * relative;
    out.put(
        QuantityName.THERMAL_ENERGY,
        energy,
        energy * Math.max(0, 1 - width),
        energy * (1 + width),
        series.method());
    describeEffective(out, noise, energy, relative);
  }

  /** T of the latest step, loss; NaN while it is not known, as its description then says. */
  double effective(@Nullable StepScalars step, NoiseEstimator noise) {
    NoiseSeries series = noise.latest();
    if (missing(step) != null
        || step == null
        || step.learningRate() == null
        || noise.isTemporal()
        || !series.ready()
        || !series.resolved()) {
      return Double.NaN;
    }
    double rate =
        Temperature.effectiveLearningRate(step.learningRate(), settings.momentum().orElse(0));
    double energy = Temperature.thermalEnergy(rate, factor(step), series.trace(), step.batchSize());
    return 2 * energy / noise.dimension().value();
  }

  private double factor(StepScalars step) {
    return settings.datasetSize().isPresent()
        ? Temperature.finitePopulationFactor(
            settings.datasetSize().getAsLong(),
            Math.min(step.batchSize(), settings.datasetSize().getAsLong()))
        : 1;
  }

  private void describeEffective(
      QuantityList out, NoiseEstimator noise, double energy, double relative) {
    EffectiveDimension dimension = noise.dimension();
    double d = dimension.value();
    double error = Math.hypot(relative, dimension.logError()) * dimension.factor();
    if (noise.isTemporal() || Double.isNaN(d) || !(error < 1)) {
      out.absent(QuantityName.TEMPERATURE_EFFECTIVE, "waits for the effective dimension");
      return;
    }
    double t = 2 * energy / d;
    out.put(
        QuantityName.TEMPERATURE_EFFECTIVE,
        t,
        t * Math.exp(-error),
        t * Math.exp(error),
        noise.latest().method());
  }

  private @Nullable String missing(@Nullable StepScalars step) {
    if (step == null) {
      return "no step yet";
    }
    Optimizer optimizer = settings.optimizer();
    if (!APPLICABLE.contains(optimizer)) {
      return "defined for SGD, heavy ball and Nesterov; this run's optimizer is "
          + optimizer.name().toLowerCase(Locale.ROOT);
    }
    if (settings.momentum().isEmpty()) {
      return "the run did not say its momentum: set momentum in run_started";
    }
    if (step.batchSize() <= 0) {
      return "the latest step did not say its batch size: set batch_size in step";
    }
    if (step.learningRate() == null) {
      return "the latest step did not say its learning rate: set learning_rate in step";
    }
    return null;
  }
}
