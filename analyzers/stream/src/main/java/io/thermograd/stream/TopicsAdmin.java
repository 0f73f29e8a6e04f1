package io.thermograd.stream;

import io.thermograd.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes the topics of the path, and says what is wrong with those that are there. */
public final class TopicsAdmin {
  private static final long TIMEOUT_SECONDS = 30;

  /**
   * How missing topics are made.
   *
   * @param partitions of steps, snapshots, runs, insights and alerts alike
   * @param replication −1 for the broker's default
   * @param retention of steps, insights, alerts and dead letters
   */
  public record Plan(int partitions, short replication, Duration retention) {
    public static final Plan DEFAULT = new Plan(12, (short) -1, Duration.ofDays(7));

    public Plan {
      if (partitions < 1) {
        throw new IllegalArgumentException("partitions should be at least 1: was " + partitions);
      }
      if (replication == 0 || replication < -1) {
        throw new IllegalArgumentException(
            "replication should be positive, or −1 for the broker's default: was " + replication);
      }
      if (retention.toMillis() < 1) {
        throw new IllegalArgumentException("retention should be positive: was " + retention);
      }
    }
  }

  private TopicsAdmin() {}

  /**
   * Creates the topics that are missing; changes none that is there.
   *
   * @return what is wrong with the topics that are there, one line each with the remedy; empty if
   *     all is well
   * @throws org.apache.kafka.common.KafkaException if the cluster cannot be asked
   */
  public static List<String> ensure(Admin admin, Plan plan) {
    Map<String, Integer> found = partitions(admin);
    // A topic made beside existing ones must fit them, whatever the plan says.
    int width = found.getOrDefault(Topics.STEPS, plan.partitions());
    List<NewTopic> missing = new ArrayList<>();
    for (NewTopic topic : topics(width, plan)) {
      if (!found.containsKey(topic.name())) {
        missing.add(topic);
      }
    }
    for (Map.Entry<String, KafkaFuture<Void>> made :
        admin.createTopics(missing).values().entrySet()) {
      try {
        get(made.getValue(), "create topic " + made.getKey());
      } catch (TopicExistsException e) {
        // Another process was quicker; what it made is looked at below.
        continue;
      }
    }
    if (missing.isEmpty()) {
      return problems(found);
    }
    Map<String, Integer> made = partitions(admin);
    awaitLeaders(admin, made);
    return problems(made);
  }

  /**
   * Returns when every partition answers. A producer that is quicker than a new partition's leader
   * may see its first batch refused and its second one taken, after which the first is out of order
   * for ever.
   */
  private static void awaitLeaders(Admin admin, Map<String, Integer> topics) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    topics.forEach(
        (name, n) -> {
          for (int p = 0; p < n; p++) {
            asked.put(new TopicPartition(name, p), OffsetSpec.latest());
          }
        });
    get(admin.listOffsets(asked).all(), "reach the new topics' leaders");
  }

  /** What is wrong with the topics as they are, missing ones included. */
  public static List<String> verify(Admin admin) {
    return problems(partitions(admin));
  }

  private static List<String> problems(Map<String, Integer> found) {
    List<String> problems = new ArrayList<>();
    Integer steps = found.get(Topics.STEPS);
    for (String name :
        List.of(
            Topics.STEPS,
            Topics.SNAPSHOTS,
            Topics.RUNS,
            Topics.INSIGHTS,
            Topics.ALERTS,
            Topics.DEAD_LETTERS)) {
      Integer n = found.get(name);
      if (n == null) {
        problems.add("topic " + name + " is missing: create it, or let thermograd up do so");
      } else if (steps != null && !name.equals(Topics.DEAD_LETTERS) && !n.equals(steps)) {
        problems.add(mismatch(name, n, steps));
      }
    }
    return problems;
  }

  private static String mismatch(String name, int partitions, int steps) {
    String remedy =
        partitions < steps
            ? "kafka-topics.sh --alter --topic " + name + " --partitions " + steps
            : "delete "
                + name
                + " and let it be made again (steps must not be widened: runs would move)";
    return "topic "
        + name
        + " has "
        + partitions
        + " partitions but "
        + Topics.STEPS
        + " has "
        + steps
        + ": "
        + remedy;
  }

  private static List<NewTopic> topics(int width, Plan plan) {
    String keep = Long.toString(plan.retention().toMillis());
    Map<String, String> deleted = Map.of("cleanup.policy", "delete", "retention.ms", keep);
    Map<String, String> events = new TreeMap<>(deleted);
    events.put("max.message.bytes", Integer.toString(4 << 20));
    Map<String, String> compacted = Map.of("cleanup.policy", "compact");
    Map<String, String> snapshots = new TreeMap<>(compacted);
    snapshots.put("max.message.bytes", Integer.toString(KafkaClients.MAX_SNAPSHOT_BYTES));
    // Every few seconds each live run is written anew: small segments let compaction keep up.
    snapshots.put("segment.bytes", Integer.toString(64 << 20));
    snapshots.put("segment.ms", Long.toString(Duration.ofMinutes(30).toMillis()));
    snapshots.put("min.cleanable.dirty.ratio", "0.3");
    snapshots.put("delete.retention.ms", Long.toString(Duration.ofHours(1).toMillis()));
    return List.of(
        topic(Topics.STEPS, width, plan, events),
        topic(Topics.SNAPSHOTS, width, plan, snapshots),
        topic(Topics.RUNS, width, plan, compacted),
        topic(Topics.INSIGHTS, width, plan, deleted),
        topic(Topics.ALERTS, width, plan, deleted),
        topic(Topics.DEAD_LETTERS, 1, plan, events));
  }

  private static NewTopic topic(String name, int width, Plan plan, Map<String, String> configs) {
    Optional<Short> replication =
        plan.replication() < 0 ? Optional.empty() : Optional.of(plan.replication());
    return new NewTopic(name, Optional.of(width), replication).configs(configs);
  }

  private static Map<String, Integer> partitions(Admin admin) {
    Set<String> names = new HashSet<>(get(admin.listTopics().names(), "list topics"));
    names.removeIf(n -> !n.startsWith("thermograd."));
    Map<String, TopicDescription> described =
        get(admin.describeTopics(names).allTopicNames(), "describe topics");
    Map<String, Integer> partitions = new TreeMap<>();
    described.forEach((name, d) -> partitions.put(name, d.partitions().size()));
    return partitions;
  }

  private static <T> T get(KafkaFuture<T> future, String what) {
    try {
      return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new org.apache.kafka.common.KafkaException("cannot " + what, e);
    } catch (TimeoutException e) {
      throw new org.apache.kafka.common.errors.TimeoutException(
          "cannot " + what + ": no answer within " + TIMEOUT_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new org.apache.kafka.common.errors.InterruptException(e);
    }
  }
}
