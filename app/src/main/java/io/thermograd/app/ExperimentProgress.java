package io.thermograd.app;

import io.thermograd.simulator.experiment.Experiment;
import io.thermograd.simulator.report.Outcome;
import io.thermograd.simulator.report.Runner;
import io.thermograd.simulator.report.TextReport;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;

/**
 * Prints each outcome as soon as it is its turn, and between them, on a terminal, what is running
 * and for how long. Thread-safe.
 */
final class ExperimentProgress implements Runner.Watcher, AutoCloseable {
  private static final long EVERY_MILLIS = 500;

  private final int total;
  private final PrintWriter tables;
  private final ProgressLine line;
  private final List<String> running = new ArrayList<>();
  private final Timer timer = new Timer("experiment-progress", true);
  private int ended;

  ExperimentProgress(int total, PrintWriter tables, ProgressLine line) {
    this.total = total;
    this.tables = tables;
    this.line = line;
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            show();
          }
        },
        EVERY_MILLIS,
        EVERY_MILLIS);
  }

  @Override
  public synchronized void begun(Experiment experiment) {
    running.add(experiment.name());
  }

  @Override
  public synchronized void ended(Experiment experiment) {
    running.remove(experiment.name());
    ended++;
  }

  @Override
  public synchronized void ready(Outcome outcome) {
    line.close();
    TextReport.lines(outcome).forEach(tables::println);
    tables.println();
    tables.flush();
  }

  @Override
  public synchronized void close() {
    timer.cancel();
    line.close();
  }

  synchronized void show() {
    line.update(ended, total, String.join(", ", running));
  }
}
