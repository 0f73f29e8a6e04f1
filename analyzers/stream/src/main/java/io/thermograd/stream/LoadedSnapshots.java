package io.thermograd.stream;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of one partition, sorted out: for every run the state that includes most.
 *
 * <p>Any readable snapshot is a true state of its run at the offset it includes, since states are a
 * deterministic fold; so with several of one run, left by former owners, the one with the highest
 * offset is taken and the rest is garbage.
 *
 * @param runs by run id
 * @param garbage keys that may be deleted once this owner has committed
 * @param unreadable runs of which a snapshot could not be read, so that a newer state may be lost
 */
record LoadedSnapshots(Map<String, RunEntry> runs, Set<String> garbage, Set<String> unreadable) {
  private static final Logger log = LoggerFactory.getLogger(LoadedSnapshots.class);

  /** Collects the records of one partition, in their order. */
  static final class Builder {
    private final String group;
    private final int partition;
    private final AnalysisConfig config;
    private final Map<String, byte[]> newest = new LinkedHashMap<>();

    Builder(String group, int partition, AnalysisConfig config) {
      this.group = group;
      this.partition = partition;
      this.config = config;
    }

    void accept(byte @Nullable [] key, byte @Nullable [] value) {
      if (key == null) {
        return; // a compacted topic takes none
      }
      String name = new String(key, StandardCharsets.UTF_8);
      if (!SnapshotKey.isOf(name, group)) {
        return;
      }
      if (value == null) {
        newest.remove(name);
      } else {
        newest.put(name, value);
      }
    }

    LoadedSnapshots build(WorkerListener listener) {
      Map<String, RunEntry> runs = new HashMap<>();
      Set<String> garbage = new LinkedHashSet<>();
      Set<String> unreadable = new LinkedHashSet<>();
      newest.forEach(
          (key, value) -> {
            String runId = SnapshotKey.runId(key);
            try {
              RunEntry entry = RunSnapshot.decode(value, config);
              entry.snapshotKey = key;
              RunEntry other = runs.get(entry.runId);
              if (other == null || other.includedOffset < entry.includedOffset) {
                runs.put(entry.runId, entry);
                discard(other, garbage);
              } else {
                discard(entry, garbage);
              }
            } catch (CorruptSnapshotException e) {
              listener.snapshotCorrupt();
              log.error(
                  "snapshot of run '{}' in partition {} is not usable ({}): rebuilding the run from"
                      + " the topic",
                  runId,
                  partition,
                  e.getMessage());
              garbage.add(key);
              if (!runId.isEmpty()) {
                unreadable.add(runId);
              }
            }
          });
      return new LoadedSnapshots(runs, garbage, unreadable);
    }

    private static void discard(@Nullable RunEntry entry, Set<String> garbage) {
      if (entry != null && entry.snapshotKey != null) {
        garbage.add(entry.snapshotKey);
      }
    }
  }
}
