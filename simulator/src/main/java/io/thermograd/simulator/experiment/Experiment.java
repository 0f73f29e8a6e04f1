package io.thermograd.simulator.experiment;

/** A prediction of the theory and the simulation that tests it. Stateless and thread-safe. */
public interface Experiment {

  /** What the command line calls it: lower case with hyphens, for example {@code batch-size}. */
  String name();

  /** A heading, for example "Batch size as temperature". */
  String title();

  /** One or two sentences: what is predicted, by which formula, and how it is measured. */
  String question();

  /** Runs it. The setting alone decides every number of the result. */
  Findings run(Setting setting);
}
