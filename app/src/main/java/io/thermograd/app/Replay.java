package io.thermograd.app;

import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.FoldLimits;
import io.thermograd.stream.FoldOutput;
import io.thermograd.stream.RunFold;
import io.thermograd.wire.Alert;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Insight;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.proto.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The analysis of the live path without a broker: the same fold over the same events, so the same
 * insights, in the same bytes. One thread.
 */
final class Replay {
  private final AnalysisConfig config;
  private final @Nullable Appendable insights;
  private final Map<String, RunFold> folds = new LinkedHashMap<>();
  private final Map<String, RunReport> reports = new LinkedHashMap<>();
  private final Rejections rejections = new Rejections();
  private final Output output = new Output();
  private long events;

  /**
   * @param insights where each insight is written as a line of JSON; null for nowhere
   */
  Replay(AnalysisConfig config, @Nullable Appendable insights) {
    this.config = config;
    this.insights = insights;
  }

  /** Applies one event to its run. */
  void apply(Event event) throws IOException {
    String runId = EventCodec.runId(event);
    try {
      FoldLimits.DEFAULT.requireEventSize(event.getSerializedSize());
      RunFold fold = folds.get(runId);
      if (fold == null) {
        fold = new RunFold(runId, config);
        if (event.hasRunStarted()) { // the fold rejects whatever else a run begins with
          folds.put(runId, fold);
        }
      }
      fold.apply(event, output);
    } catch (InvalidEventException e) {
      reject(e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    events++;
  }

  /** Counts an event that could not be read or used. */
  void reject(InvalidEventException e) {
    rejections.add(e.kind(), String.valueOf(e.getMessage()));
  }

  long events() {
    return events;
  }

  Rejections rejections() {
    return rejections;
  }

  /** What came out, by run, in the order in which the runs came. */
  Map<String, RunReport> reports() {
    folds.forEach(
        (runId, fold) -> fold.current().ifPresent(insight -> report(runId).insight(insight)));
    return reports;
  }

  private RunReport report(String runId) {
    return reports.computeIfAbsent(runId, RunReport::new);
  }

  private final class Output implements FoldOutput {
    @Override
    public void insight(Insight insight) {
      report(insight.runId()).insight(insight);
      if (insights != null) {
        try {
          insights.append(OutputJson.write(insight)).append('\n');
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void alert(Alert alert) {
      report(alert.runId()).alert(alert);
    }

    @Override
    public void run(RunSummary summary) {
      report(summary.started().getRunId()).run(summary);
    }

    @Override
    public void reject(RejectionKind kind, String message) {
      rejections.add(kind, message);
    }
  }
}
