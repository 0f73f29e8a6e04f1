package io.thermograd.app;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Finds out whether a port is free, and if not, which process listens on it. */
final class PortOwner {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTEN = "0A";

  private PortOwner() {}

  /**
   * Fails in one line when the port cannot be listened on.
   *
   * @param what the port is for, for example "the live page"
   * @param flag the option that chooses another
   */
  static void requireFree(String host, int port, String what, String flag) {
    if (port < 0 || port > 65535) {
      throw new Failure(ExitCode.USAGE, flag + " should be between 0 and 65535: was " + port, null);
    }
    try (ServerSocket s = new ServerSocket()) {
      s.setReuseAddress(true);
      s.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (BindException e) {
      if (of(port).isEmpty() && !isTaken(e)) {
        throw new Failure(
            "cannot listen on " + host + ":" + port + " for " + what + ": " + e.getMessage(), e);
      }
      throw new Failure(
          "port "
              + port
              + " for "
              + what
              + " is taken by "
              + of(port).orElse("another process")
              + "; stop it or choose another port with "
              + flag
              + " (0 picks a free one)",
          e);
    } catch (UnknownHostException e) {
      throw new Failure(ExitCode.USAGE, "--host " + host + " is no address of this machine", e);
    } catch (IOException e) {
      throw new Failure(
          "cannot listen on " + host + ":" + port + " for " + what + ": " + e.getMessage(), e);
    }
  }

  /** Who listens, for example {@code process 4711 (java)}; empty where that cannot be seen. */
  static Optional<String> of(int port) {
    Set<String> inodes = new HashSet<>();
    for (String table : new String[] {"net/tcp", "net/tcp6"}) {
      try (Stream<String> lines = Files.lines(PROC.resolve(table), StandardCharsets.US_ASCII)) {
        lines.skip(1).forEach(line -> addListener(line, port, inodes));
      } catch (IOException e) {
        continue; // no Linux, or no IPv6
      }
    }
    return inodes.isEmpty() ? Optional.empty() : process(inodes);
  }

  private static boolean isTaken(BindException e) {
    return e.getMessage() != null && e.getMessage().contains("in use");
  }

  // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …
  private static void addListener(String line, int port, Set<String> inodes) {
    String[] f = line.strip().split("\\s+", 11);
    if (f.length > 9 && f[3].equals(LISTEN) && f[1].endsWith(":" + String.format("%04X", port))) {
      inodes.add("socket:[" + f[9] + "]");
    }
  }

  private static Optional<String> process(Set<String> sockets) {
    try (Stream<Path> entries = Files.list(PROC)) {
      List<Path> processes =
          entries.filter(p -> p.getFileName().toString().matches("[0-9]+")).toList();
      for (Path process : processes) {
        if (holds(process, sockets)) {
          return Optional.of("process " + process.getFileName() + name(process));
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static boolean holds(Path process, Set<String> sockets) {
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      return descriptors.anyMatch(fd -> sockets.contains(target(fd)));
    } catch (IOException e) {
      return false; // somebody else's, or gone meanwhile
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static String name(Path process) {
    try {
      return " (" + Files.readString(process.resolve("comm")).strip() + ")";
    } catch (IOException e) {
      return "";
    }
  }
}
