package io.thermograd.simulator.scenario;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All scenarios, in the order to list them: healthy ones, then those in which something fails. */
public final class Scenarios {
  private static final List<Scenario> ALL =
      Stream.of(
              List.of(NetworkFaults.demo()),
              Networks.healthy(),
              LinearModels.all(),
              Quadratics.healthy(),
              Metastable.healthy(),
              Quadratics.faults(),
              Transients.all(),
              List.of(Metastable.trapped(), Networks.edgeOfStability()),
              NetworkFaults.all())
          .flatMap(List::stream)
          .toList();

  private Scenarios() {}

  public static List<Scenario> all() {
    return ALL;
  }

  /** The one of that name. */
  public static Optional<Scenario> named(String name) {
    return ALL.stream().filter(scenario -> scenario.name().equals(name)).findFirst();
  }
}
