package io.thermograd.simulator.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every experiment, in the order in which a reader should meet them. */
public final class Experiments {
  private static final List<Experiment> ALL = List.copyOf(list());

  private Experiments() {}

  /** All of them; names are distinct. */
  public static List<Experiment> all() {
    return ALL;
  }

  /** The one with that name. */
  public static Optional<Experiment> named(String name) {
    return ALL.stream().filter(experiment -> experiment.name().equals(name)).findFirst();
  }

  private static List<Experiment> list() {
    List<Experiment> all = new ArrayList<>();
    // stationary covariance
    all.add(new StationaryCovarianceExperiment());

    // batch size as temperature
    all.add(new BatchSizeExperiment());

    all.add(new NoiseScalingExperiment());

    all.add(new KramersExperiment());

    all.add(new EscapeRateExperiment());

    all.add(new InvariantMeasureExperiment());

    all.add(new ThreeHumpsExperiment());

    // spectral gap
    all.add(new SpectralGapExperiment());

    // Fokker–Planck
    all.add(new FokkerPlanckExperiment());

    all.add(new DiscretisationExperiment());

    all.add(new ExplorationExperiment());

    all.add(new AnnealingExperiment());

    all.add(new NoiseCurvatureExperiment());

    all.add(new AveragedIterateExperiment());

    // frozen and exploring
    all.add(new FrozenExploringExperiment());

    all.add(new LossDifferenceExperiment());

    all.add(new FlatValleyExperiment());

    return all;
  }
}
