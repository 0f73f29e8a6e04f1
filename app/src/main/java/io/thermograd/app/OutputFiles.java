package io.thermograd.app;

import java.nio.file.Files;
import java.nio.file.Path;

/** Says before the work, not after it, that a file cannot be written. */
final class OutputFiles {
  private OutputFiles() {}

  /**
   * Fails where the file could not be written.
   *
   * @param option that named it, for the message
   */
  static void requireWritable(String option, Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)) {
      throw new Failure(option + " " + file + " is a folder; name a file in it");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new Failure(option + " " + file + ": there is no folder " + folder + "; make it first");
    }
    if (!Files.isWritable(Files.exists(file) ? file : folder)) {
      throw new Failure(option + " " + file + " cannot be written; name another file");
    }
  }

  /** The same, and fails where the file exists, unless it may be replaced. */
  static void requireNew(String option, Path file, boolean replace) {
    requireWritable(option, file);
    if (Files.exists(file) && !replace) {
      throw new Failure(
          option + " " + file + " exists; name another file, or replace it with --force");
    }
  }
}
