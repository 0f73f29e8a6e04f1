package io.thermograd.detect;

import io.thermograd.detect.AlertWriter.Words;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Severity;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** The episodes of a run, one open at most of each kind. One owner thread. */
final class Alerts {
  private final AlertWriter writer;
  private final Episode[] episodes = new Episode[AlertKind.values().length];

  Alerts(AlertWriter writer) {
    this.writer = writer;
    Arrays.setAll(episodes, i -> new Episode());
  }

  Episode episode(AlertKind kind) {
    return episodes[kind.ordinal()];
  }

  /** A step at which a condition holds; an alert where that is news. */
  void holds(
      TrainingStep step, AlertKind kind, double evidence, Supplier<Words> words, List<Alert> out) {
    Episode episode = episode(kind);
    Alert.State state = episode.holds(step.step(), kind.severity(), evidence);
    if (state != null) {
      out.add(writer.write(step, kind, kind.severity(), state, episode.openedAt(), words.get()));
    }
  }

  /** A step at which it does not; an alert where that closes the episode. */
  void ceases(TrainingStep step, AlertKind kind, double quietSteps, List<Alert> out) {
    Episode episode = episode(kind);
    if (episode.ceases(step.step(), quietSteps)) {
      close(step, kind, writer.over(kind, episode.openedAt(), step.step()), out);
    }
  }

  /** Closes an episode now, in these words; nothing where none is open. */
  void close(TrainingStep step, AlertKind kind, Supplier<Words> words, List<Alert> out) {
    Episode episode = episode(kind);
    if (episode.open()) {
      episode.ceases(Long.MAX_VALUE, 0);
      close(step, kind, words.get(), out);
    }
  }

  private void close(TrainingStep step, AlertKind kind, Words words, List<Alert> out) {
    out.add(
        writer.write(
            step, kind, Severity.INFO, Alert.State.CLOSED, episode(kind).openedAt(), words));
  }

  void writeTo(DataOutput out) throws IOException {
    for (Episode episode : episodes) {
      episode.writeTo(out);
    }
  }

  void readFrom(DataInput in) throws IOException {
    for (Episode episode : episodes) {
      episode.readFrom(in);
    }
  }
}
