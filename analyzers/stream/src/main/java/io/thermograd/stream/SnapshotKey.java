package io.thermograd.stream;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Keys of the snapshots topic: {@code writer/run}. A writer is one worker's ownership of one
 * partition, so nobody ever overwrites what another one wrote.
 */
final class SnapshotKey {
  private SnapshotKey() {}

  /** A name that no writer has had before. */
  static String newWriter() {
    return UUID.randomUUID().toString();
  }

  static String of(String writer, String runId) {
    return writer + "/" + runId;
  }

  /** The run; empty if the key is none of ours. */
  static String runId(String key) {
    int slash = key.indexOf('/');
    return slash < 0 ? "" : key.substring(slash + 1);
  }

  static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }
}
