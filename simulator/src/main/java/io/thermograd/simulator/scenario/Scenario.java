package io.thermograd.simulator.scenario;

/**
 * A training whose truth is known. Immutable and thread-safe.
 *
 * @param name lower case with hyphens, for example {@code double-well}
 * @param description one line: what happens
 * @param steps its usual length
 * @param recipe how to set it up
 */
public record Scenario(String name, String description, long steps, Recipe recipe) {

  /** Sets a scenario up; may take a second where truth is computed ahead. */
  @FunctionalInterface
  public interface Recipe {
    Simulation prepare(Scenario scenario, Setup setup);
  }

  /** The scenario as it usually is, its run named like itself. */
  public Simulation simulation(long seed) {
    return simulation(new Setup(seed, name, steps));
  }

  /** The scenario as wanted. */
  public Simulation simulation(Setup setup) {
    return recipe.prepare(this, setup);
  }
}
