package io.thermograd.detect.basin;

import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.BasinReport;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The basins of one attempt of a run. One owner thread. */
public final class Basins {

  /** For a run with these settings. */
  public Basins(RunSettings settings) {}

  /** Adds a step that the estimators have seen; the change of basin that it completes, if any. */
  public Optional<BasinChange> accept(TrainingStep step, RunEstimators estimators) {
    return Optional.empty();
  }

  /** What is known now. */
  public BasinStanding standing() {
    return BasinStanding.NONE;
  }

  /** For the page; null while the run has not been placed anywhere. */
  public @Nullable BasinReport report() {
    return null;
  }

  /** Puts every quantity of the basins, or the reason why it is absent, into the list. */
  public void describe(QuantityList out) {}

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {}

  /** Replaces the state by what {@link #writeTo} wrote. */
  public void readFrom(DataInput in) throws IOException {}
}
