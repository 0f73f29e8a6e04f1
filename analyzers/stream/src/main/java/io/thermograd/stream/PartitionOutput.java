package io.thermograd.stream;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RunSummary;

/** Where a partition's fold puts what it concludes, in the partition's order. */
interface PartitionOutput {
  void insight(Insight insight);

  void alert(Alert alert);

  void run(RunSummary summary);

  void deadLetter(DeadLetter letter);
}
