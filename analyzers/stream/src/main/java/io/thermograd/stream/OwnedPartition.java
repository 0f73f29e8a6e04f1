package io.thermograd.stream;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A partition while this worker owns it: its fold, and what of it is durable under which key. */
final class OwnedPartition {
  private static final Logger log = LoggerFactory.getLogger(OwnedPartition.class);

  final int partition;
  final PartitionFold fold;
  final PartitionOutput output;
  private final String writer;
  private final Set<String> garbage = new LinkedHashSet<>();
  private OffsetAndMetadata beginning = new OffsetAndMetadata(0);
  private long committed;
  private boolean foreign;

  private OwnedPartition(String group, int partition, PartitionFold fold, PartitionOutput output) {
    this.writer = SnapshotKey.newWriter(group);
    this.partition = partition;
    this.fold = fold;
    this.output = output;
  }

  /**
   * Takes a partition over.
   *
   * @param group the consumer group
   * @param commit the group's offset, with the count of run starts before it; null if there is none
   * @param beginning of what the topic retains
   * @param end of the topic
   */
  static OwnedPartition takeOver(
      String group,
      int partition,
      PartitionFold fold,
      LoadedSnapshots loaded,
      @Nullable OffsetAndMetadata commit,
      long beginning,
      long end,
      OutputWriter writer,
      WorkerListener listener) {
    OwnedPartition owned = new OwnedPartition(group, partition, fold, writer.partition(partition));
    owned.garbage.addAll(loaded.garbage());
    long newest =
        loaded.runs().values().stream().mapToLong(e -> e.includedOffset).max().orElse(-1L);
    boolean foreign = newest >= end || (commit != null && commit.offset() > end);
    if (foreign) {
      log.warn(
          "partition {} ends at {}, before what its snapshots include ({}) or its commit: the topic"
              + " was made anew, its runs begin anew",
          partition,
          end,
          newest);
      loaded.runs().values().forEach(e -> owned.discard(e.snapshotKey));
      owned.foreign = true;
      fold.startAt(beginning, 0, beginning);
      owned.beginning = commitOf(fold);
      owned.committed = -1;
      return owned;
    }
    loaded.runs().values().forEach(fold::restore);
    if (commit == null) {
      startWithoutCommit(fold, loaded.runs(), beginning);
      owned.beginning = commitOf(fold);
      owned.committed = -1;
      return owned;
    }
    long from = commit.offset();
    if (from < beginning) {
      long lost = beginning - from;
      listener.lost(lost);
      log.error(
          "partition {}: {} records were deleted by retention before they were analysed: raise"
              + " retention.ms of the topic, or add analyzers",
          partition,
          lost);
      from = beginning;
    }
    StartsCount starts = StartsCount.parse(commit.metadata());
    long startsFrom = Math.max(from, starts.from());
    if (loaded.unreadable().isEmpty()) {
      fold.startAt(from, starts.count(), startsFrom);
    } else {
      fold.startAt(beginning, starts.count(), startsFrom);
      fold.rebuild(loaded.unreadable(), from);
    }
    owned.committed = commit.offset();
    return owned;
  }

  /**
   * The commit is gone (groups that stay empty lose theirs) but snapshots may be there: all that is
   * retained is read again, and counting goes on from the oldest snapshot's own count.
   */
  private static void startWithoutCommit(
      PartitionFold fold, Map<String, RunEntry> runs, long beginning) {
    RunEntry oldest = null;
    for (RunEntry e : runs.values()) {
      if (oldest == null || e.includedOffset < oldest.includedOffset) {
        oldest = e;
      }
    }
    if (oldest == null) {
      fold.startAt(beginning, 0, beginning);
    } else {
      fold.startAt(beginning, oldest.starts, oldest.includedOffset + 1);
    }
  }

  /**
   * Whether the group has no commit here yet. One must be made before the first snapshot: snapshots
   * of some runs and no commit would leave the count of run starts unknown to the next owner.
   */
  boolean uncommitted() {
    return committed < 0;
  }

  /**
   * Deletes the snapshots of a topic that is no more. Before the first commit: with it, nothing
   * would tell them from this topic's own.
   */
  void deleteForeign(OutputWriter writer) {
    if (foreign) {
      garbage.forEach(key -> writer.snapshot(partition, key, null));
      garbage.clear();
      foreign = false;
    }
  }

  /** What to commit in that case: the place where this ownership began. */
  OffsetAndMetadata beginning() {
    return beginning;
  }

  /** The commit of {@link #beginning} is done. */
  void beginningCommitted() {
    committed = beginning.offset();
  }

  /** Whether there is something to commit that may be committed. */
  boolean behind() {
    return fold.position() > committed && !fold.rebuilding();
  }

  /** Sends the states of the dirty runs; they are durable after the next flush. */
  List<RunEntry> writeSnapshots(OutputWriter writer) {
    List<RunEntry> dirty = fold.dirty();
    for (RunEntry entry : dirty) {
      writer.snapshot(partition, keyOf(entry), RunSnapshot.encode(entry));
    }
    return dirty;
  }

  /** The snapshots have been flushed. */
  void snapshotsDurable(List<RunEntry> written) {
    for (RunEntry entry : written) {
      String key = keyOf(entry);
      if (!key.equals(entry.snapshotKey)) {
        discard(entry.snapshotKey);
        entry.snapshotKey = key;
      }
    }
    fold.clean(written);
  }

  OffsetAndMetadata commit() {
    return commitOf(fold);
  }

  private static OffsetAndMetadata commitOf(PartitionFold fold) {
    return new OffsetAndMetadata(
        fold.position(), new StartsCount(fold.starts(), fold.startsFrom()).toString());
  }

  /** The commit is done: what it made superfluous is deleted from the snapshots topic. */
  void committed(OffsetAndMetadata commit, OutputWriter writer, WorkerListener listener) {
    committed = commit.offset();
    for (RunEntry entry : fold.drainForgotten()) {
      listener.forgotten();
      discard(entry.snapshotKey);
    }
    Set<String> inUse =
        fold.runs().stream()
            .map(e -> String.valueOf(e.snapshotKey))
            .collect(Collectors.toUnmodifiableSet());
    garbage.stream()
        .filter(key -> !inUse.contains(key))
        .forEach(key -> writer.snapshot(partition, key, null));
    garbage.clear();
  }

  private void discard(@Nullable String key) {
    if (key != null) {
      garbage.add(key);
    }
  }

  private String keyOf(RunEntry entry) {
    return SnapshotKey.of(writer, entry.runId);
  }
}
