package io.thermograd.stream;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Publishes what is known of the runs that are being heard, at most once per interval each, and
 * takes them back when they end or fall silent. Wall-clock time enters here and nowhere in a fold.
 */
final class LiveRuns {
  private static final class Live {
    RunEntry entry;
    long heard;
    boolean due;

    Live(RunEntry entry) {
      this.entry = entry;
    }
  }

  private final WorkerListener listener;
  private final long interval;
  private final long ttl;
  private final Map<Integer, Map<String, Live>> partitions = new HashMap<>();
  private long next;

  LiveRuns(WorkerConfig config, WorkerListener listener) {
    this.listener = listener;
    this.interval = config.liveEvery().toMillis();
    this.ttl = config.runTtl().toMillis();
  }

  /** To be called every few milliseconds; costs nothing until the interval is over. */
  void tick(Iterable<OwnedPartition> owned, long now) {
    if (now < next) {
      return;
    }
    next = now + interval;
    for (OwnedPartition p : owned) {
      Map<String, Live> runs = partitions.computeIfAbsent(p.partition, k -> new HashMap<>());
      for (RunEntry entry : p.fold.drainTouched()) {
        Live live = runs.computeIfAbsent(entry.runId, k -> new Live(entry));
        live.entry = entry;
        live.heard = now;
        live.due = true;
      }
      publish(runs, now);
    }
  }

  private void publish(Map<String, Live> runs, long now) {
    for (Iterator<Live> i = runs.values().iterator(); i.hasNext(); ) {
      Live live = i.next();
      RunFold fold = live.entry.fold;
      if (fold == null || now - live.heard >= ttl) {
        i.remove();
        listener.gone(live.entry.runId);
        continue;
      }
      if (live.due) {
        live.due = false;
        fold.current().ifPresent(insight -> listener.live(insight, fold.labels()));
      }
      if (fold.finished()) {
        i.remove();
        listener.ended(live.entry.runId);
      }
    }
  }

  /** The partition is another worker's now, and so are its runs. */
  void drop(int partition) {
    Map<String, Live> runs = partitions.remove(partition);
    if (runs != null) {
      runs.keySet().forEach(listener::gone);
    }
    listener.partitionGone(partition);
  }
}
