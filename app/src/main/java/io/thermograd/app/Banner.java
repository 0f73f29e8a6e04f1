package io.thermograd.app;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** What a long-running command says once everything runs. */
final class Banner {
  private Banner() {}

  static String line(String what, String where) {
    return String.format(Locale.ROOT, "  %-8s %s", what, where);
  }

  /** The lines, and how long it took since the process began. */
  static void print(PrintWriter out, String... lines) {
    for (String line : lines) {
      out.println(line);
    }
    long began = ManagementFactory.getRuntimeMXBean().getStartTime();
    out.printf(
        Locale.ROOT, "ready in %.1f s; Ctrl-C stops%n", (System.currentTimeMillis() - began) / 1e3);
    out.flush();
  }
}
