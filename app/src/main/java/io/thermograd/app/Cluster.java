package io.thermograd.app;

import io.thermograd.stream.TopicsAdmin;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * First contact with a Kafka cluster: answers or fails in one line instead of retrying for ever.
 */
final class Cluster {
  private static final int TIMEOUT_MS = 5_000;

  private Cluster() {}

  /** An admin client of a cluster that has just answered. */
  static Admin connect(Map<String, Object> client) throws InterruptedException {
    Map<String, Object> config = new HashMap<>(client);
    config.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    config.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 2 * TIMEOUT_MS);
    Admin admin;
    try {
      admin = Admin.create(config);
    } catch (KafkaException e) {
      throw new Failure(
          "no Kafka client can be made for "
              + servers(client)
              + ": "
              + rootMessage(e)
              + "; check --bootstrap-servers, HOST:PORT of hosts that are known here, and"
              + " --kafka-config",
          e);
    }
    try {
      admin.describeCluster().nodes().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
      return admin;
    } catch (ExecutionException | TimeoutException e) {
      admin.close(Duration.ZERO);
      throw new Failure(
          "no Kafka broker answers at "
              + servers(client)
              + " within "
              + TIMEOUT_MS / 1000
              + " s"
              + (e instanceof ExecutionException ? " (" + rootMessage(e) + ")" : "")
              + "; check --bootstrap-servers and --kafka-config, or start one with thermograd up",
          e);
    }
  }

  /** Fails unless the path's topics are there and fit together. */
  static void requireTopics(Admin admin) {
    try {
      requireNone(TopicsAdmin.verify(admin));
    } catch (KafkaException e) {
      throw new Failure("the topics cannot be listed: " + rootMessage(e), e);
    }
  }

  /** Makes the topics that are missing. */
  static void ensureTopics(Admin admin, TopicsAdmin.Plan plan) {
    try {
      requireNone(TopicsAdmin.ensure(admin, plan));
    } catch (KafkaException e) {
      throw new Failure(
          "the topics cannot be made: "
              + rootMessage(e)
              + "; grant the right to, or make them yourself (thermograd doctor lists them)",
          e);
    }
  }

  private static void requireNone(List<String> problems) {
    if (!problems.isEmpty()) {
      int more = problems.size() - 1;
      throw new Failure(
          problems.get(0) + (more > 0 ? " (and " + more + " more: thermograd doctor)" : ""));
    }
  }

  /** Settings of a consumer that reads topics from their beginning, in no group. */
  static Map<String, Object> reader(Map<String, Object> client) {
    Map<String, Object> config = new HashMap<>(client);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    return config;
  }

  static String servers(Map<String, Object> client) {
    return String.valueOf(client.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
  }

  private static String rootMessage(Throwable e) {
    Throwable t = e;
    while (t.getCause() != null) {
      t = t.getCause();
    }
    return String.valueOf(t.getMessage());
  }
}
