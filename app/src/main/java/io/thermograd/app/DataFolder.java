package io.thermograd.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder that one process at a time owns. The operating system gives the lock back when its owner
 * dies, however it dies; the file's content only says who that was.
 */
final class DataFolder implements AutoCloseable {
  private static final String LOCK = "thermograd.lock";
  private static final String TEMPORARY_PREFIX = "thermograd-data-";
  private static final Duration STARTING = Duration.ofMinutes(1);

  // Closing any channel on a file drops every lock this process holds on it, so a second attempt
  // from the same process has to be turned away before it opens the file.
  private static final Set<Path> HELD = new HashSet<>();

  private final Path path;
  private final FileChannel channel;
  private final boolean temporary;

  private DataFolder(Path path, FileChannel channel, boolean temporary) {
    this.path = path;
    this.channel = channel;
    this.temporary = temporary;
  }

  /** Takes the folder, making it where it does not exist. */
  static DataFolder open(Path dir) throws IOException {
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new IOException(
          "data folder " + dir + " cannot be made: " + why(e) + "; name another one with --data",
          e);
    }
    return take(dir, false);
  }

  private static String why(IOException e) {
    if (e instanceof FileAlreadyExistsException there) {
      return there.getFile() + " is a file";
    }
    return e instanceof AccessDeniedException denied
        ? denied.getFile() + " may not be written"
        : "nothing can be made there";
  }

  /**
   * Makes a folder that {@link #close} deletes, and deletes those of processes that were killed.
   */
  static DataFolder temporary() throws IOException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    sweep(parent);
    return take(Files.createTempDirectory(parent, TEMPORARY_PREFIX), true);
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try {
      if (temporary) {
        deleteTree(path);
      }
    } finally {
      release();
    }
  }

  private void release() throws IOException {
    synchronized (HELD) {
      HELD.remove(path);
      channel.close();
    }
  }

  private static DataFolder take(Path dir, boolean temporary) throws IOException {
    Path real = dir.toRealPath();
    synchronized (HELD) {
      if (HELD.contains(real)) {
        throw inUse(dir, Long.toString(ProcessHandle.current().pid()));
      }
      FileChannel channel = openLockFile(real);
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          throw inUse(dir, read(channel));
        }
        channel.truncate(0);
        channel.write(
            ByteBuffer.wrap(
                Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
            0);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      HELD.add(real);
      return new DataFolder(real, channel, temporary);
    }
  }

  private static FileChannel openLockFile(Path dir) throws IOException {
    try {
      return FileChannel.open(
          dir.resolve(LOCK),
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "data folder " + dir + " is not writable (" + e + "); name another one with --data", e);
    }
  }

  private static IOException inUse(Path dir, String pid) {
    return new IOException(
        "data folder "
            + dir
            + " is in use by process "
            + (pid.isEmpty() ? "(unknown)" : pid)
            + "; stop it or name another folder with --data");
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer b = ByteBuffer.allocate(32);
    channel.read(b, 0);
    return new String(b.array(), 0, b.position(), StandardCharsets.US_ASCII).strip();
  }

  private static void sweep(Path parent) {
    List<Path> stale;
    try (Stream<Path> children = Files.list(parent)) {
      stale =
          children
              .filter(p -> p.getFileName().toString().startsWith(TEMPORARY_PREFIX))
              .filter(DataFolder::longStarted)
              .toList();
    } catch (IOException e) {
      return; // an unreadable temporary folder shows when our own is made
    }
    for (Path dir : stale) {
      try {
        DataFolder left = take(dir, true);
        left.close();
      } catch (IOException e) {
        // in use, or somebody else's: not ours to delete
        continue;
      }
    }
  }

  // A folder is made before it is locked: leave young ones alone.
  private static boolean longStarted(Path dir) {
    try {
      Instant made = Files.getLastModifiedTime(dir.resolve(LOCK)).toInstant();
      return made.isBefore(Instant.now().minus(STARTING));
    } catch (IOException e) {
      return false;
    }
  }

  private static void deleteTree(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
              throws IOException {
            if (e != null && !(e instanceof NotDirectoryException)) {
              throw e;
            }
            Files.deleteIfExists(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
