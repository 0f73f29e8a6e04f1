package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.stream.TopicsAdmin;
import io.thermograd.wire.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The topics as a real broker makes them. */
final class TopicsAdminIT {
  @Test
  void makesWhatIsMissingAndSaysWhatDoesNotFit(@TempDir Path dir) throws Exception {
    try (KafkaFixture kafka = KafkaFixture.start(dir.resolve("kafka"), 3);
        Admin admin = kafka.admin()) {
      assertThat(TopicsAdmin.verify(admin)).isEmpty();
      assertThat(TopicsAdmin.ensure(admin, TopicsAdmin.Plan.DEFAULT)).isEmpty();
      ConfigResource snapshots = new ConfigResource(ConfigResource.Type.TOPIC, Topics.SNAPSHOTS);
      String policy =
          admin
              .describeConfigs(List.of(snapshots))
              .all()
              .get(30, TimeUnit.SECONDS)
              .values()
              .iterator()
              .next()
              .get("cleanup.policy")
              .value();
      assertThat(policy).isEqualTo("compact");

      admin.deleteTopics(List.of(Topics.ALERTS)).all().get(30, TimeUnit.SECONDS);
      while (admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(Topics.ALERTS)) {
        Thread.onSpinWait();
      }
      assertThat(TopicsAdmin.verify(admin))
          .singleElement()
          .asString()
          .contains(Topics.ALERTS, "missing");

      NewTopic narrow = new NewTopic(Topics.ALERTS, Optional.of(1), Optional.empty());
      admin.createTopics(List.of(narrow)).all().get(30, TimeUnit.SECONDS);
      // The controller has made it; the broker that is asked may hear of it a moment later.
      while (!admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(Topics.ALERTS)) {
        Thread.onSpinWait();
      }
      assertThat(TopicsAdmin.ensure(admin, TopicsAdmin.Plan.DEFAULT))
          .singleElement()
          .asString()
          .contains(Topics.ALERTS, "has 1 partitions", "has 3", "--alter");
    }
  }
}
