package io.thermograd.app;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Follows what the analyzers write about runs, into a report for each. One thread. */
final class TopicReports implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final List<String> TOPICS = List.of(Topics.RUNS, Topics.INSIGHTS, Topics.ALERTS);

  private final Consumer<byte[], byte[]> consumer;
  private final Map<String, RunReport> reports = new LinkedHashMap<>();
  private final Map<String, RunSummary> summaries = new HashMap<>();

  TopicReports(Map<String, Object> client) {
    this(new KafkaConsumer<>(Cluster.reader(client)));
  }

  TopicReports(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : TOPICS) {
      consumer
          .partitionsFor(topic)
          .forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /**
   * Reads until the run has ended and all that was written by then is read, or {@code stop}.
   *
   * @return whether the run has ended
   */
  boolean awaitEnd(String runId, BooleanSupplier stop) {
    while (!ended(runId)) {
      if (stop.getAsBoolean()) {
        return false;
      }
      poll();
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (!stop.getAsBoolean()
        && ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      poll();
    }
    return true;
  }

  /** What is known about a run by now. */
  RunReport report(String runId) {
    return reports.computeIfAbsent(runId, RunReport::new);
  }

  @Override
  public void close() {
    consumer.close();
  }

  private boolean ended(String runId) {
    RunSummary summary = summaries.get(runId);
    return summary != null && summary.status() != RunSummary.Status.RUNNING;
  }

  private void poll() {
    for (ConsumerRecord<byte[], byte[]> r : consumer.poll(POLL)) {
      if (r.value() != null) {
        accept(r.topic(), new String(r.value(), StandardCharsets.UTF_8));
      }
    }
  }

  private void accept(String topic, String json) {
    switch (topic) {
      case Topics.INSIGHTS -> {
        Insight insight = OutputJson.parseInsight(json);
        report(insight.runId()).insight(insight);
      }
      case Topics.ALERTS -> {
        Alert alert = OutputJson.parseAlert(json);
        report(alert.runId()).alert(alert);
      }
      default -> {
        RunSummary summary = OutputJson.parseRun(json);
        summaries.put(summary.started().getRunId(), summary);
        report(summary.started().getRunId()).run(summary);
      }
    }
  }
}
