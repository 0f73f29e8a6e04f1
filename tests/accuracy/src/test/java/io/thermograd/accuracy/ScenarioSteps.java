package io.thermograd.accuracy;

import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.scenario.Scenarios;
import io.thermograd.simulator.scenario.Simulation;
import io.thermograd.simulator.scenario.Truth;
import io.thermograd.stream.StepConverter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;

/** A scenario of the simulator, with one rank, as the steps that detectors see. */
final class ScenarioSteps {
  private ScenarioSteps() {}

  /** Runs it to its end: first its settings, then every step; returns what was true of it. */
  static Truth emit(
      String scenario, long seed, Consumer<RunSettings> started, Consumer<TrainingStep> step) {
    try {
      return Scenarios.named(scenario)
          .orElseThrow()
          .simulation(seed)
          .emit(
              event -> {
                if (event.hasRunStarted()) {
                  started.accept(RunSettings.of(event.getRunStarted()));
                } else if (event.hasStep()) {
                  step.accept(StepConverter.convert(List.of(event.getStep()), true));
                }
              },
              Simulation.clock(),
              () -> false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
