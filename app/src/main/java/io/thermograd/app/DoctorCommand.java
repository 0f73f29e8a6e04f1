package io.thermograd.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    description = "Check everything the path needs, and say what to do about each finding.",
    footer = {
      "",
      "Exit codes: 0 nothing failed (there may be warnings); 1 something did; 2 usage."
    })
final class DoctorCommand extends BaseCommand {
  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private GroupOptions group = new GroupOptions();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder whose disk is looked at (default: the temporary folder).")
  private Path data = Path.of(System.getProperty("java.io.tmpdir"));

  @Override
  public Integer call() throws InterruptedException {
    List<Finding> findings = new ArrayList<>(LocalChecks.all(data));
    findings.addAll(clusterFindings());
    findings.forEach(f -> out().println(f.line()));
    boolean failed = findings.stream().anyMatch(f -> f.level() == Finding.Level.FAIL);
    return failed ? ExitCode.FAILED : ExitCode.OK;
  }

  private List<Finding> clusterFindings() throws InterruptedException {
    Map<String, Object> client = kafka.client();
    List<Finding> findings = new ArrayList<>();
    try (Admin admin = Cluster.connect(client)) {
      findings.addAll(new ClusterChecks(admin, group.id()).all());
    } catch (Failure e) {
      String message = "none answers at " + Cluster.servers(client);
      findings.add(
          kafka.given()
              ? Finding.fail("broker", message, "check --bootstrap-servers and --kafka-config")
              : Finding.warn(
                  "broker", message, "start one with thermograd up, or name --bootstrap-servers"));
      return findings;
    }
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Cluster.reader(client))) {
      findings.addAll(new LossChecks(consumer).all());
    } catch (KafkaException e) {
      findings.add(
          Finding.fail("losses", "cannot be read: " + e.getMessage(), "check the user's rights"));
    }
    return findings;
  }
}
