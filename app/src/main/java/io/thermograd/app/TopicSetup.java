package io.thermograd.app;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** The path's topics: which there are, how they keep their records, and their creation. */
final class TopicSetup {
  // The largest event there may be, with room for the record around it; Kafka's default is 1 MiB.
  private static final int MAX_EVENT_BYTES = EventCodec.MAX_EVENT_BYTES + (1 << 20);

  private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);
  private static final long TIMEOUT_S = 30;

  /**
   * One topic.
   *
   * @param copartitioned whether it must have as many partitions as the steps
   */
  record Spec(String name, boolean copartitioned, Map<String, String> config) {
    String cleanupPolicy() {
      return config.getOrDefault(
          TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
    }
  }

  private static final List<Spec> SPECS =
      List.of(
          new Spec(Topics.STEPS, true, keep(7, MAX_EVENT_BYTES)),
          new Spec(Topics.SNAPSHOTS, true, compact(MAX_EVENT_BYTES)),
          new Spec(Topics.INSIGHTS, true, keep(30, 1 << 20)),
          new Spec(Topics.ALERTS, true, keep(90, 1 << 20)),
          new Spec(Topics.RUNS, false, compact(1 << 20)),
          new Spec(Topics.DEAD_LETTERS, false, keep(7, MAX_EVENT_BYTES + (1 << 20))));

  private TopicSetup() {}

  static List<Spec> specs() {
    return SPECS;
  }

  /**
   * Creates the topics that are missing, with the cluster's own replication. Existing ones are left
   * as they are, but must have equally many partitions where a run needs one number for all.
   *
   * @param partitions for topics that are created; existing steps have the last word
   */
  static void ensure(Admin admin, int partitions) throws InterruptedException {
    try {
      Map<String, TopicDescription> existing = describe(admin);
      int count =
          existing.containsKey(Topics.STEPS)
              ? existing.get(Topics.STEPS).partitions().size()
              : partitions;
      List<NewTopic> missing = new ArrayList<>();
      for (Spec spec : SPECS) {
        if (!existing.containsKey(spec.name())) {
          missing.add(
              new NewTopic(
                      spec.name(), Optional.of(spec.copartitioned() ? count : 1), Optional.empty())
                  .configs(spec.config()));
        }
      }
      create(admin, missing);
      requireEqualPartitions(partitionCounts(describe(admin)));
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new Failure(
          "the topics cannot be created: "
              + cause.getMessage()
              + "; create them yourself or grant the right to (thermograd doctor lists them)",
          e);
    }
  }

  /** Partitions by topic, of those that exist. */
  static Map<String, Integer> partitionCounts(Map<String, TopicDescription> topics) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Spec spec : SPECS) {
      TopicDescription topic = topics.get(spec.name());
      if (topic != null) {
        counts.put(spec.name(), topic.partitions().size());
      }
    }
    return counts;
  }

  /** Those of the path's topics that exist. */
  static Map<String, TopicDescription> describe(Admin admin)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<String> names = new ArrayList<>();
    for (String name : admin.listTopics().names().get(TIMEOUT_S, TimeUnit.SECONDS)) {
      if (SPECS.stream().anyMatch(s -> s.name().equals(name))) {
        names.add(name);
      }
    }
    return admin.describeTopics(names).allTopicNames().get(TIMEOUT_S, TimeUnit.SECONDS);
  }

  /** Why the partition counts do not fit together; empty when they do. */
  static Optional<String> partitionMismatch(Map<String, Integer> counts) {
    Map<Integer, List<String>> byCount = new TreeMap<>();
    for (Spec spec : SPECS) {
      Integer count = counts.get(spec.name());
      if (spec.copartitioned() && count != null) {
        byCount.computeIfAbsent(count, c -> new ArrayList<>()).add(spec.name());
      }
    }
    return byCount.size() <= 1
        ? Optional.empty()
        : Optional.of(
            "partition counts differ: "
                + byCount
                + "; stop the analyzers and delete the topics other than "
                + Topics.STEPS
                + " (they are made again from it)");
  }

  private static void requireEqualPartitions(Map<String, Integer> counts) {
    partitionMismatch(counts)
        .ifPresent(
            mismatch -> {
              throw new Failure(mismatch);
            });
  }

  private static void create(Admin admin, List<NewTopic> topics)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      admin.createTopics(topics).all().get(TIMEOUT_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      // Another process of ours started at the same moment; what it made is checked afterwards.
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private static Map<String, String> keep(int days, int maxBytes) {
    return Map.of(
        TopicConfig.RETENTION_MS_CONFIG, Long.toString(days * DAY_MS),
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(maxBytes));
  }

  // Old values go within the hour: a snapshot is rewritten every few seconds of a run.
  private static Map<String, String> compact(int maxBytes) {
    return Map.of(
        TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT,
        TopicConfig.SEGMENT_MS_CONFIG, Long.toString(TimeUnit.MINUTES.toMillis(10)),
        TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, Long.toString(TimeUnit.HOURS.toMillis(1)),
        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.3",
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(maxBytes));
  }
}
