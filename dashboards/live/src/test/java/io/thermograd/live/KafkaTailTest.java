package io.thermograd.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Severity;
import io.thermograd.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KafkaTailTest {
  private static final double T0 = Synthetic.T0;
  private static final TopicPartition RUNS = new TopicPartition(Topics.RUNS, 0);
  private static final TopicPartition INSIGHTS = new TopicPartition(Topics.INSIGHTS, 0);
  private static final TopicPartition ALERTS = new TopicPartition(Topics.ALERTS, 0);

  private final LiveStore store = new LiveStore();
  private @Nullable KafkaTail tail;

  @AfterEach
  void stop() {
    if (tail != null) {
      tail.close();
    }
  }

  @Test
  void readsAllTopicsFromTheirBeginningAndThenFollows() {
    MockConsumer<byte[], byte[]> consumer = broker(1, 50, 1);
    consumer.schedulePollTask(
        () -> {
          add(consumer, RUNS, 0, OutputJson.write(run("a", RunSummary.Status.RUNNING)));
          for (int i = 0; i < 50; i++) {
            add(consumer, INSIGHTS, i, OutputJson.write(insight(i)));
          }
          add(consumer, ALERTS, 0, OutputJson.write(Synthetic.alert("a", 0, 3, Severity.INFO, T0)));
        });
    KafkaTail started = start(List.of(consumer), TailOptions.DEFAULT);
    await(store::live);
    assertThat(store.counts().points()).isEqualTo(50);
    assertThat(store.run("a").orElseThrow().alerts()).hasSize(1);
    assertThat(started.connected()).isTrue();
    consumer.schedulePollTask(() -> add(consumer, INSIGHTS, 50, OutputJson.write(insight(50))));
    await(() -> store.counts().points() == 51);
  }

  @Test
  void isNotLiveBeforeTheEndThatThereWas() {
    MockConsumer<byte[], byte[]> consumer = broker(0, 2, 0);
    consumer.schedulePollTask(() -> add(consumer, INSIGHTS, 0, OutputJson.write(insight(0))));
    start(List.of(consumer), TailOptions.DEFAULT);
    await(() -> store.counts().points() == 1);
    assertThat(store.live()).isFalse();
    consumer.schedulePollTask(() -> add(consumer, INSIGHTS, 1, OutputJson.write(insight(1))));
    await(store::live);
  }

  @Test
  void countsWhatItCannotReadAndGoesOn() {
    MockConsumer<byte[], byte[]> consumer = broker(1, 3, 0);
    consumer.schedulePollTask(
        () -> {
          add(consumer, RUNS, 0, "{\"neither\":1}");
          add(consumer, INSIGHTS, 0, "not json");
          add(consumer, INSIGHTS, 1, "{\"run_id\":\"a\"}");
          add(consumer, INSIGHTS, 2, OutputJson.write(insight(7)));
        });
    start(List.of(consumer), TailOptions.DEFAULT);
    await(store::live);
    assertThat(store.counts().unreadable()).isEqualTo(3);
    assertThat(store.counts().points()).isEqualTo(1);
  }

  @Test
  void aDeletedEntryOfTheDirectoryForgetsTheAttempt() {
    MockConsumer<byte[], byte[]> consumer = broker(2, 1, 0);
    consumer.schedulePollTask(
        () -> {
          add(consumer, INSIGHTS, 0, OutputJson.write(insight(7)));
          add(consumer, RUNS, 0, OutputJson.write(run("a", RunSummary.Status.COMPLETED)));
        });
    consumer.schedulePollTask(() -> add(consumer, RUNS, 1, null));
    start(List.of(consumer), TailOptions.DEFAULT);
    await(store::live);
    assertThat(store.runs()).isEmpty();
  }

  @Test
  void waitsForABrokerAndGoesOnWhereItWasAfterLosingIt() {
    MockConsumer<byte[], byte[]> absent = new Mock();
    MockConsumer<byte[], byte[]> first = broker(0, 2, 0);
    first.schedulePollTask(
        () -> {
          add(first, INSIGHTS, 0, OutputJson.write(insight(0)));
          add(first, INSIGHTS, 1, OutputJson.write(insight(1)));
        });
    MockConsumer<byte[], byte[]> second = broker(0, 3, 0);
    List<Long> resumedAt = new ArrayList<>();
    second.schedulePollTask(
        () -> {
          resumedAt.add(second.position(INSIGHTS));
          add(second, INSIGHTS, 2, OutputJson.write(insight(2)));
        });
    start(List.of(absent, first, second), TailOptions.DEFAULT);
    await(() -> store.counts().points() == 2 && store.live());
    first.schedulePollTask(() -> first.setPollException(new KafkaException("broker went away")));
    await(() -> store.counts().points() == 3);
    assertThat(resumedAt).containsExactly(2L);
    assertThat(store.counts().duplicates()).isZero();
  }

  @Test
  void isLiveWhileTheTopicsDoNotExistAndPicksThemUp() {
    Mock consumer = new Mock();
    consumer.noTopics = true;
    start(
        List.of(consumer),
        new TailOptions(null, Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(5)));
    await(store::live);
    fill(consumer, 0, 1, 0);
    consumer.noTopics = false;
    consumer.schedulePollTask(() -> add(consumer, INSIGHTS, 0, OutputJson.write(insight(0))));
    await(() -> store.counts().points() == 1);
  }

  @Test
  void aWindowLimitsInsightsAndAlertsButNotTheDirectory() {
    Mock consumer = (Mock) broker(1, 10, 0);
    consumer.byTime.put(INSIGHTS, 8L);
    List<Long> positions = new ArrayList<>();
    consumer.schedulePollTask(
        () -> {
          positions.add(consumer.position(RUNS));
          positions.add(consumer.position(INSIGHTS));
          positions.add(consumer.position(ALERTS));
          add(consumer, RUNS, 0, OutputJson.write(run("a", RunSummary.Status.RUNNING)));
          add(consumer, INSIGHTS, 8, OutputJson.write(insight(8)));
          add(consumer, INSIGHTS, 9, OutputJson.write(insight(9)));
        });
    start(
        List.of(consumer),
        new TailOptions(
            Duration.ofHours(1), Duration.ofMillis(10), Duration.ofSeconds(10), Duration.ZERO));
    await(store::live);
    assertThat(positions).containsExactly(0L, 8L, 0L);
    assertThat(store.counts().points()).isEqualTo(2);
  }

  private KafkaTail start(List<MockConsumer<byte[], byte[]>> consumers, TailOptions options) {
    List<Consumer<byte[], byte[]>> left = new ArrayList<>(consumers);
    KafkaTail started =
        new KafkaTail(
                () -> left.size() > 1 ? left.remove(0) : left.get(0),
                store,
                new TailOptions(
                    options.window(),
                    Duration.ofMillis(1),
                    options.refresh(),
                    Duration.ofMillis(5)),
                Clock.systemUTC())
            .start();
    tail = started;
    return started;
  }

  private static Insight insight(long step) {
    return Synthetic.insight("a", 0, step, T0);
  }

  private static RunSummary run(String id, RunSummary.Status status) {
    return Synthetic.summary(id, 0, status, 5, T0);
  }

  private static MockConsumer<byte[], byte[]> broker(long runs, long insights, long alerts) {
    Mock consumer = new Mock();
    consumer.noTopics = false;
    consumer.reachable = true;
    fill(consumer, runs, insights, alerts);
    return consumer;
  }

  private static void fill(Mock consumer, long runs, long insights, long alerts) {
    consumer.reachable = true;
    consumer.updateBeginningOffsets(Map.of(RUNS, 0L, INSIGHTS, 0L, ALERTS, 0L));
    consumer.updateEndOffsets(Map.of(RUNS, runs, INSIGHTS, insights, ALERTS, alerts));
    for (TopicPartition p : List.of(RUNS, INSIGHTS, ALERTS)) {
      consumer.updatePartitions(
          p.topic(), List.of(new PartitionInfo(p.topic(), 0, Node.noNode(), null, null)));
    }
  }

  private static void add(
      MockConsumer<byte[], byte[]> consumer,
      TopicPartition p,
      long offset,
      @Nullable String value) {
    consumer.addRecord(
        new ConsumerRecord<>(
            p.topic(),
            p.partition(),
            offset,
            "a/0".getBytes(StandardCharsets.UTF_8),
            value == null ? null : value.getBytes(StandardCharsets.UTF_8)));
  }

  /** Bounded by the class's time-out. */
  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** A MockConsumer that can also be without a broker, and knows offsets by time. */
  private static final class Mock extends MockConsumer<byte[], byte[]> {
    private final Map<TopicPartition, Long> byTime = new HashMap<>();
    private volatile boolean noTopics;
    private volatile boolean reachable;

    Mock() {
      super("earliest");
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
      if (noTopics) {
        return List.of();
      }
      if (!reachable) {
        throw new TimeoutException("no broker");
      }
      return super.partitionsFor(topic);
    }

    @Override
    public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> by) {
      Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
      by.forEach(
          (p, time) ->
              found.put(
                  p, byTime.containsKey(p) ? new OffsetAndTimestamp(byTime.get(p), time) : null));
      return found;
    }
  }
}
