package io.thermograd.stream;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Keys of the snapshots topic: {@code group~ownership/run}, the group URL-encoded. An ownership is
 * one worker's of one partition, so nobody ever overwrites what another one wrote; and what another
 * group wrote is none of ours, since its offsets and its settings are its own.
 */
final class SnapshotKey {
  private SnapshotKey() {}

  /** A name that no writer has had before. */
  static String newWriter(String group) {
    return prefix(group) + UUID.randomUUID();
  }

  /** Whether a worker of this group wrote it. */
  static boolean isOf(String key, String group) {
    return key.startsWith(prefix(group));
  }

  private static String prefix(String group) {
    return URLEncoder.encode(group, StandardCharsets.UTF_8) + "~";
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
