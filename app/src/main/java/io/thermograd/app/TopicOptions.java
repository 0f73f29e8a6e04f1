package io.thermograd.app;

import io.thermograd.stream.TopicsAdmin;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How topics are made where they are missing. */
final class TopicOptions {
  /** One machine's worth of analyzers; each partition costs a broker's start a little. */
  private static final int EMBEDDED_PARTITIONS = 4;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "Partitions of topics that have to be made (default: 12, embedded 4).")
  private @Nullable Integer partitions;

  TopicsAdmin.Plan plan(boolean embedded) {
    TopicsAdmin.Plan d = TopicsAdmin.Plan.DEFAULT;
    int count = partitions != null ? partitions : embedded ? EMBEDDED_PARTITIONS : d.partitions();
    try {
      return new TopicsAdmin.Plan(count, d.replication(), d.retention());
    } catch (IllegalArgumentException e) {
      throw new Failure(ExitCode.USAGE, "--partitions: " + e.getMessage(), e);
    }
  }

  /** Makes what a named cluster lacks. */
  void ensure(Map<String, Object> client) throws InterruptedException {
    TopicsAdmin.Plan plan = plan(false);
    try (Admin admin = Cluster.connect(client)) {
      Cluster.ensureTopics(admin, plan);
    }
  }
}
