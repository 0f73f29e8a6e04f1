package io.thermograd.app;

import io.thermograd.stream.TopicsAdmin;
import io.thermograd.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/** What the doctor asks a broker. Only reads. */
final class ClusterChecks {
  private static final long TIMEOUT_S = 10;
  private static final long MUCH_LAG = 10_000;

  /** How each topic must drop old records: a snapshot never by its age. */
  private static final Map<String, String> POLICIES =
      Map.of(
          Topics.STEPS, TopicConfig.CLEANUP_POLICY_DELETE,
          Topics.SNAPSHOTS, TopicConfig.CLEANUP_POLICY_COMPACT,
          Topics.RUNS, TopicConfig.CLEANUP_POLICY_COMPACT,
          Topics.INSIGHTS, TopicConfig.CLEANUP_POLICY_DELETE,
          Topics.ALERTS, TopicConfig.CLEANUP_POLICY_DELETE,
          Topics.DEAD_LETTERS, TopicConfig.CLEANUP_POLICY_DELETE);

  private final Admin admin;
  private final String group;
  private final List<Finding> findings = new ArrayList<>();

  ClusterChecks(Admin admin, String group) {
    this.admin = admin;
    this.group = group;
  }

  /** All checks; one that cannot be made says so and does not keep the others from being made. */
  List<Finding> all() throws InterruptedException {
    attempt("broker", this::broker);
    attempt("topics", this::topics);
    attempt("analyzers", this::analyzers);
    return findings;
  }

  private interface Check {
    void run() throws InterruptedException, ExecutionException, TimeoutException;
  }

  private void attempt(String subject, Check check) throws InterruptedException {
    try {
      check.run();
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      findings.add(
          Finding.fail(
              subject,
              "cannot be asked: " + cause,
              "check the user's rights on the cluster, and --kafka-config"));
    }
  }

  private void broker() throws InterruptedException, ExecutionException, TimeoutException {
    int nodes = get(admin.describeCluster().nodes()).size();
    FinalizedVersionRange level =
        get(admin.describeFeatures().featureMetadata())
            .finalizedFeatures()
            .get(MetadataVersion.FEATURE_NAME);
    String version = level == null ? "before 3.3" : version(level.maxVersionLevel());
    findings.add(
        Finding.ok(
            "broker",
            nodes + (nodes == 1 ? " node answers" : " nodes answer") + ", metadata " + version));
  }

  private static String version(short level) {
    try {
      return MetadataVersion.fromFeatureLevel(level).toString();
    } catch (IllegalArgumentException e) {
      return "level " + level + " (newer than this program's Kafka)";
    }
  }

  private void topics() throws InterruptedException, ExecutionException, TimeoutException {
    List<String> problems = TopicsAdmin.verify(admin);
    problems.forEach(problem -> findings.add(Finding.fail("topics", problem, "")));
    Map<String, TopicDescription> existing = describe();
    policies(existing.keySet());
    TopicDescription steps = existing.get(Topics.STEPS);
    if (steps != null) {
      if (problems.isEmpty()) {
        findings.add(
            Finding.ok(
                "topics", "all there, steps in " + steps.partitions().size() + " partitions"));
      }
      clock(partitions(steps));
    }
  }

  private Map<String, TopicDescription> describe()
      throws InterruptedException, ExecutionException, TimeoutException {
    List<String> names = new ArrayList<>(get(admin.listTopics().names()));
    names.retainAll(POLICIES.keySet());
    return get(admin.describeTopics(names).allTopicNames());
  }

  private void policies(Set<String> topics)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<ConfigResource, String> resources = new LinkedHashMap<>();
    for (String topic : topics) {
      resources.put(new ConfigResource(ConfigResource.Type.TOPIC, topic), topic);
    }
    Map<ConfigResource, Config> configs = get(admin.describeConfigs(resources.keySet()).all());
    boolean right = true;
    for (Map.Entry<ConfigResource, String> e : resources.entrySet()) {
      Config config = configs.get(e.getKey());
      ConfigEntry entry = config == null ? null : config.get(TopicConfig.CLEANUP_POLICY_CONFIG);
      String policy = entry == null ? "" : String.valueOf(entry.value());
      String wanted = String.valueOf(POLICIES.get(e.getValue()));
      if (!policy.equals(wanted)) {
        right = false;
        findings.add(
            Finding.fail(
                "cleanup",
                e.getValue() + " has cleanup.policy=" + policy,
                "set it to " + wanted + " with kafka-configs.sh --alter"));
      }
    }
    if (right && !resources.isEmpty()) {
      findings.add(Finding.ok("cleanup", "policies as they should be"));
    }
  }

  private void clock(List<TopicPartition> steps)
      throws InterruptedException, ExecutionException, TimeoutException {
    long newest = Long.MIN_VALUE;
    for (ListOffsetsResultInfo info : offsets(steps, OffsetSpec.maxTimestamp()).values()) {
      newest = Math.max(newest, info.timestamp());
    }
    findings.add(clock(newest, Instant.now()));
  }

  /** The newest step's time by its trainer's clock, −1 without steps, against this machine's. */
  static Finding clock(long newestMillis, Instant now) {
    if (newestMillis < 0) {
      return Finding.ok("clock", "no step yet to compare with");
    }
    Duration age = Duration.between(Instant.ofEpochMilli(newestMillis), now);
    if (age.toMillis() < -1000) {
      return Finding.warn(
          "clock",
          String.format(
              Locale.ROOT,
              "the newest step comes from %.1f s in the future",
              -age.toMillis() / 1e3),
          "synchronise the trainer's clock and this one (chrony, systemd-timesyncd)");
    }
    return Finding.ok(
        "clock",
        "the newest step is "
            + ProgressLine.duration(Math.max(0, age.toMillis() / 1e3))
            + " old, none is from the future");
  }

  private void analyzers() throws InterruptedException, ExecutionException, TimeoutException {
    Map<String, TopicDescription> existing = describe();
    TopicDescription steps = existing.get(Topics.STEPS);
    if (steps == null) {
      return;
    }
    @Nullable ConsumerGroupDescription description;
    try {
      description = get(admin.describeConsumerGroups(List.of(group)).all()).get(group);
    } catch (ExecutionException e) {
      findings.add(noAnalyzer());
      return;
    }
    int members = description == null ? 0 : description.members().size();
    findings.add(
        description == null || members == 0
            ? noAnalyzer()
            : Finding.ok(
                "analyzers",
                members + " in group " + group + ", state " + description.groupState()));
    findings.add(lag(lagOf(partitions(steps)), members));
  }

  private Finding noAnalyzer() {
    return Finding.warn(
        "analyzers", "none runs (group " + group + ")", "start one: thermograd up or analyze");
  }

  private long lagOf(List<TopicPartition> steps)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> committed =
        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(steps, OffsetSpec.latest());
    Map<TopicPartition, ListOffsetsResultInfo> starts = offsets(steps, OffsetSpec.earliest());
    long lag = 0;
    for (TopicPartition p : steps) {
      OffsetAndMetadata at = committed.get(p);
      long from = at == null ? offset(starts.get(p)) : at.offset();
      lag += Math.max(0, offset(ends.get(p)) - from);
    }
    return lag;
  }

  private static long offset(@Nullable ListOffsetsResultInfo info) {
    return info == null ? 0 : info.offset();
  }

  static Finding lag(long records, int members) {
    String message = String.format(Locale.ROOT, "%,d steps wait to be analysed", records);
    return records <= MUCH_LAG && (members > 0 || records == 0)
        ? Finding.ok("lag", message)
        : Finding.warn(
            "lag", message, "start more: thermograd analyze, on as many machines as needed");
  }

  static List<TopicPartition> partitions(TopicDescription topic) {
    return topic.partitions().stream()
        .map(p -> new TopicPartition(topic.name(), p.partition()))
        .toList();
  }

  private Map<TopicPartition, ListOffsetsResultInfo> offsets(
      List<TopicPartition> partitions, OffsetSpec spec)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetSpec> query = new LinkedHashMap<>();
    partitions.forEach(p -> query.put(p, spec));
    return get(admin.listOffsets(query).all());
  }

  private static <T> T get(KafkaFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(TIMEOUT_S, TimeUnit.SECONDS);
  }
}
