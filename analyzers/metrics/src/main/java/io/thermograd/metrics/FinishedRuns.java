package io.thermograd.metrics;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The finished runs whose last numbers are still shown. Expires them at every scrape and whenever
 * one is added, so it stays bounded even where nobody scrapes. Thread-safe.
 */
final class FinishedRuns {
  private final Map<String, RunSeries> runs;
  private final Clock clock;
  private final long lingerMillis;

  /** When each goes, in order of insertion, which is the order of expiry. */
  private final LinkedHashMap<String, Long> goesAt = new LinkedHashMap<>();

  /** Read without the lock: most runs that publish never finished. */
  private volatile boolean any;

  FinishedRuns(Map<String, RunSeries> runs, Clock clock, Duration linger) {
    this.runs = runs;
    this.clock = clock;
    this.lingerMillis = linger.toMillis();
  }

  synchronized void add(String runId) {
    goesAt.remove(runId);
    goesAt.put(runId, clock.millis() + lingerMillis);
    expire();
  }

  /** The run goes on, or is gone already. */
  void revive(String runId) {
    if (any) {
      synchronized (this) {
        goesAt.remove(runId);
        any = !goesAt.isEmpty();
      }
    }
  }

  synchronized void expire() {
    long now = clock.millis();
    var entries = goesAt.entrySet().iterator();
    while (entries.hasNext()) {
      var entry = entries.next();
      if (entry.getValue() > now) {
        break;
      }
      runs.remove(entry.getKey());
      entries.remove();
    }
    any = !goesAt.isEmpty();
  }
}
