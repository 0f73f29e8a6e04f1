package io.thermograd.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the doctor can see without a broker. */
final class LocalChecks {
  private static final int OLDEST_JAVA = 17;
  private static final long LITTLE_DISK = 1L << 30;

  private LocalChecks() {}

  static List<Finding> all(Path data) {
    List<Finding> findings = new ArrayList<>();
    findings.add(java(Runtime.version().feature()));
    findings.add(vectorApi(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()));
    findings.add(port(8080, "live page", "--port"));
    findings.add(port(MetricsPort.DEFAULT_PORT, "/metrics", "--metrics-port"));
    findings.add(port(CollectorSettings.DEFAULT_PORT, "collector", "--collector-port"));
    findings.add(disk(data));
    return findings;
  }

  static Finding java(int feature) {
    return feature >= OLDEST_JAVA
        ? Finding.ok("java", Runtime.version() + " in " + System.getProperty("java.home"))
        : Finding.fail(
            "java",
            "version " + feature,
            "install Java " + OLDEST_JAVA + " or newer and set JAVA_HOME");
  }

  static Finding vectorApi(boolean present) {
    return present
        ? Finding.ok("vector API", "present")
        : Finding.warn(
            "vector API",
            "absent: sketching takes several times longer",
            "start through ./thermograd, or with --add-modules jdk.incubator.vector");
  }

  /** A port in use is what one sees while Thermograd runs, so it is no failure. */
  private static Finding port(int port, String what, String flag) {
    String subject = "port " + port;
    try {
      PortOwner.requireFree("127.0.0.1", port, what, flag);
      return Finding.ok(subject, "free (" + what + ")");
    } catch (Failure taken) {
      Optional<String> owner = PortOwner.of(port);
      return Finding.warn(
          subject,
          "taken by " + owner.orElse("another process") + " (" + what + ")",
          "fine if that is Thermograd; else choose another port with " + flag);
    }
  }

  private static Finding disk(Path data) {
    try {
      long free = Files.getFileStore(data).getUsableSpace();
      String message = (free >> 20) + " MiB free for " + data;
      return free >= LITTLE_DISK
          ? Finding.ok("disk", message)
          : Finding.warn(
              "disk", message, "a run of 10,000 steps can take 200 MiB: free some, or name --data");
    } catch (IOException e) {
      return Finding.fail("disk", data + ": " + e, "name a folder that can be written with --data");
    }
  }
}
