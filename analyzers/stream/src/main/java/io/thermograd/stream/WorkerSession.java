package io.thermograd.stream;

import io.thermograd.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One membership in the analyzers' group, from joining to leaving or failing: poll, apply,
 * snapshot, commit.
 *
 * <p><b>Order of a checkpoint</b>, and why nothing is lost at a crash between any two of its steps:
 *
 * <ol>
 *   <li>flush the outputs: a snapshot makes the replay skip records, so what they gave must be
 *       durable before it;
 *   <li>write the dirty runs' snapshots, flush;
 *   <li>commit the offsets: now every run has a durable snapshot that includes all its records
 *       before the commit;
 *   <li>delete snapshots that became superfluous.
 * </ol>
 *
 * <p><b>A paused owner that wakes up after a takeover</b> may still write what it had prepared. Its
 * outputs are the very ones that the new owner writes, for both fold the same records. Its
 * snapshots carry older offsets; were they to replace the new owner's under the same key, the
 * committed offset would be ahead of the only snapshot left after compaction, and the records in
 * between would be missing from the state for ever. Therefore every ownership writes under keys of
 * its own ({@link SnapshotKey}); the loader takes, for each run, the snapshot with the highest
 * offset; and a key is deleted by a successor only, after the successor's own snapshot of that run
 * or a commit beyond the run's expiry is durable. Its commit is refused by the broker, since the
 * group has a new generation. What remains is a directory entry on {@link Topics#RUNS}: a late
 * "running" may follow "completed"; an attempt never opens again, so a reader keeps the final one.
 */
final class WorkerSession implements AutoCloseable, ConsumerRebalanceListener {
  private static final Logger log = LoggerFactory.getLogger(WorkerSession.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CLOSE = Duration.ofSeconds(5);
  private static final long MEASURE_MILLIS = 1_000;

  private final KafkaClients clients;
  private final AnalysisConfig analysis;
  private final FoldLimits limits;
  private final WorkerListener listener;
  private final LongSupplier clock;
  private final WorkerStatus status;
  private final long snapshotEvery;
  private final Consumer<byte[], byte[]> consumer;
  private final Producer<byte[], byte[]> producer;
  private final OutputWriter writer;
  private final LiveRuns live;
  private final Map<Integer, OwnedPartition> owned = new TreeMap<>();
  private long nextSnapshot;
  private long measuredAt;
  private long measuredRecords;

  WorkerSession(
      KafkaClients clients,
      AnalysisConfig analysis,
      FoldLimits limits,
      WorkerConfig config,
      WorkerListener listener,
      LongSupplier clock,
      WorkerStatus status) {
    this.clients = clients;
    this.analysis = analysis;
    this.limits = limits;
    this.listener = listener;
    this.clock = clock;
    this.status = status;
    this.snapshotEvery = config.snapshotEvery().toMillis();
    this.live = new LiveRuns(config, listener);
    this.measuredAt = clock.getAsLong();
    this.measuredRecords = status.processed();
    this.nextSnapshot = measuredAt + snapshotEvery;
    this.producer = clients.producer();
    this.writer = new OutputWriter(producer, listener);
    try {
      this.consumer = clients.steps();
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  /** Joins the group. */
  void open() {
    consumer.subscribe(Set.of(Topics.STEPS), this);
  }

  /** Interrupts a poll from another thread. */
  void wakeup() {
    consumer.wakeup();
  }

  /** Polls once and does what is due. Any exception means that this session has to be dropped. */
  void tick() {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
    status.polled(records.count());
    apply(records);
    long now = clock.getAsLong();
    live.tick(owned.values(), now);
    if (now >= nextSnapshot) {
      checkpoint(owned.values());
      nextSnapshot = clock.getAsLong() + snapshotEvery;
    }
    measure(now);
  }

  /** Makes everything read so far durable, and commits it. */
  void checkpoint() {
    checkpoint(owned.values());
  }

  private void apply(ConsumerRecords<byte[], byte[]> records) {
    long accepted = 0;
    long skipped = 0;
    for (ConsumerRecord<byte[], byte[]> r : records) {
      OwnedPartition p = owned.get(r.partition());
      if (p == null) {
        throw new IllegalStateException("record of partition " + r.partition() + ", not assigned");
      }
      switch (p.fold.apply(r.offset(), r.key(), r.value(), p.output)) {
        case ACCEPTED -> accepted++;
        case SKIPPED -> skipped++;
        case REJECTED -> {} // counted by its kind, with the dead letter
      }
    }
    if (accepted > 0) {
      listener.accepted(accepted);
    }
    if (skipped > 0) {
      listener.skipped(skipped);
    }
  }

  private void checkpoint(Collection<OwnedPartition> partitions) {
    List<OwnedPartition> behind = partitions.stream().filter(OwnedPartition::behind).toList();
    if (behind.isEmpty()) {
      return;
    }
    if (!commitBeginnings(behind)) {
      return;
    }
    writer.flush();
    Map<OwnedPartition, List<RunEntry>> written = new LinkedHashMap<>();
    behind.forEach(p -> written.put(p, p.writeSnapshots(writer)));
    writer.flush();
    written.forEach(OwnedPartition::snapshotsDurable);
    Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
    behind.forEach(p -> commits.put(steps(p.partition), p.commit()));
    if (!commit(commits)) {
      return;
    }
    for (OwnedPartition p : behind) {
      OffsetAndMetadata commit = commits.get(steps(p.partition));
      if (commit != null) {
        p.committed(commit, writer, listener);
      }
    }
  }

  private boolean commitBeginnings(List<OwnedPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
    List<OwnedPartition> fresh = partitions.stream().filter(OwnedPartition::uncommitted).toList();
    if (fresh.isEmpty()) {
      return true;
    }
    fresh.forEach(p -> p.deleteForeign(writer));
    writer.flush();
    fresh.forEach(p -> commits.put(steps(p.partition), p.beginning()));
    if (!commit(commits)) {
      return false;
    }
    fresh.forEach(OwnedPartition::beginningCommitted);
    return true;
  }

  /** False if the commit has to wait for a better moment. */
  private boolean commit(Map<TopicPartition, OffsetAndMetadata> commits) {
    try {
      consumer.commitSync(commits);
      return true;
    } catch (RebalanceInProgressException | RetriableException e) {
      log.info("commit put off: {}", e.toString());
      return false;
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    Set<Integer> numbers =
        partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
    Map<Integer, LoadedSnapshots> loaded;
    try (Consumer<byte[], byte[]> reader = clients.snapshots()) {
      loaded = SnapshotReader.read(reader, clients.group(), numbers, analysis, listener);
    }
    Set<TopicPartition> set = Set.copyOf(partitions);
    Map<TopicPartition, OffsetAndMetadata> commits = consumer.committed(set);
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(set);
    Map<TopicPartition, Long> ends = consumer.endOffsets(set);
    for (TopicPartition tp : partitions) {
      LoadedSnapshots snapshots = loaded.get(tp.partition());
      Long beginning = beginnings.get(tp);
      Long end = ends.get(tp);
      if (snapshots == null || beginning == null || end == null) {
        throw new IllegalStateException("the broker says nothing about " + tp);
      }
      OwnedPartition p =
          OwnedPartition.takeOver(
              clients.group(),
              tp.partition(),
              new PartitionFold(analysis, limits),
              snapshots,
              commits.get(tp),
              beginning,
              end,
              writer,
              listener);
      owned.put(tp.partition(), p);
      consumer.seek(tp, p.fold.position());
    }
    log.info("partitions {} taken over", new ArrayList<>(numbers));
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    List<OwnedPartition> leaving = new ArrayList<>();
    for (TopicPartition tp : partitions) {
      OwnedPartition p = owned.get(tp.partition());
      if (p != null) {
        leaving.add(p);
      }
    }
    try {
      checkpoint(leaving);
    } catch (CommitFailedException e) {
      log.info("partitions {} went before their commit: the next owner replays", partitions);
    }
    drop(partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    log.warn("partitions {} lost: the next owner replays from the last commit", partitions);
    drop(partitions);
  }

  private void drop(Collection<TopicPartition> partitions) {
    for (TopicPartition tp : partitions) {
      owned.remove(tp.partition());
      live.drop(tp.partition());
    }
  }

  private void measure(long now) {
    long elapsed = now - measuredAt;
    if (elapsed < MEASURE_MILLIS) {
      return;
    }
    long lag = 0;
    int runs = 0;
    for (OwnedPartition p : owned.values()) {
      long behind = consumer.currentLag(steps(p.partition)).orElse(0);
      listener.lag(p.partition, behind);
      lag += behind;
      runs += p.fold.runs().size();
    }
    long records = status.processed();
    status.measured(owned.size(), runs, (records - measuredRecords) * 1_000.0 / elapsed, lag);
    measuredAt = now;
    measuredRecords = records;
    listener.healthy(true);
    listener.runs(runs);
  }

  private static TopicPartition steps(int partition) {
    return new TopicPartition(Topics.STEPS, partition);
  }

  /** Leaves the group. Without a checkpoint before it, the next owner replays. */
  @Override
  public void close() {
    owned.keySet().forEach(live::drop);
    owned.clear();
    try {
      producer.close(CLOSE);
    } finally {
      consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE));
    }
  }
}
