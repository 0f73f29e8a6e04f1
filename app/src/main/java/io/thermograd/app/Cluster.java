package io.thermograd.app;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** First contact with a Kafka cluster: answers or fails in one line instead of retrying for ever. */
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
      throw new Failure("the Kafka client's settings do not work: " + rootMessage(e), e);
    }
    try {
      admin.describeCluster().nodes().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
      return admin;
    } catch (ExecutionException | TimeoutException e) {
      admin.close(java.time.Duration.ZERO);
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
