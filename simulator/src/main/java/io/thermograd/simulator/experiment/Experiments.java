package io.thermograd.simulator.experiment;

import java.util.List;
import java.util.Optional;

/** Every experiment, in the order in which a reader should meet them. */
public final class Experiments {
  private static final List<Experiment> ALL =
      List.of(
          new StationaryCovarianceExperiment(),
          new BatchSizeExperiment(),
          new NoiseScalingExperiment(),
          new KramersExperiment(),
          new EscapeRateExperiment(),
          new InvariantMeasureExperiment(),
          new ThreeHumpsExperiment(),
          new SpectralGapExperiment(),
          new FokkerPlanckExperiment(),
          new DiscretisationExperiment(),
          new ExplorationExperiment(),
          new AnnealingExperiment(),
          new NoiseCurvatureExperiment(),
          new AveragedIterateExperiment(),
          new FrozenExploringExperiment(),
          new LossDifferenceExperiment(),
          new FlatValleyExperiment());

  private Experiments() {}

  /** All of them; names are distinct. */
  public static List<Experiment> all() {
    return ALL;
  }

  /** The one with that name. */
  public static Optional<Experiment> named(String name) {
    return ALL.stream().filter(experiment -> experiment.name().equals(name)).findFirst();
  }
}
