package io.thermograd.app;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * One line on a terminal that is written over as work goes on; nothing at all anywhere else. Not
 * thread-safe.
 */
final class ProgressLine implements AutoCloseable {
  private static final int BAR = 24;
  private static final long EVERY_NANOS = 200_000_000;

  private final PrintWriter err;
  private final boolean shown;
  private final LongSupplier nanos;
  private final long start;
  private long next;
  private int width;

  ProgressLine(PrintWriter err, boolean shown, LongSupplier nanos) {
    this.err = err;
    this.shown = shown;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.next = start;
  }

  /** On standard error when that is a terminal, which the launcher knows and Java does not. */
  static ProgressLine onTerminal(PrintWriter err) {
    return new ProgressLine(err, Boolean.getBoolean("thermograd.terminal"), System::nanoTime);
  }

  /**
   * Says how far the work is; cheap to call often.
   *
   * @param done units of work behind, of {@code total}
   * @param total 0 when it is not known
   * @param count what is counted, {@code unit}s
   */
  void update(long done, long total, long count, String unit) {
    if (!shown) {
      return;
    }
    long now = nanos.getAsLong();
    if (now - next < 0) {
      return;
    }
    next = now + EVERY_NANOS;
    print(line(done, total, count, unit, (now - start) / 1e9));
  }

  /** Says what is being done where pieces of work are few and long; cheap to call often. */
  void update(long done, long total, String doing) {
    if (shown) {
      print(line(done, total, doing, (nanos.getAsLong() - start) / 1e9));
    }
  }

  static String line(long done, long total, String doing, double seconds) {
    return "%d of %d done, %s: %s".formatted(done, total, duration(seconds), doing);
  }

  /** The line's text. */
  static String line(long done, long total, long count, String unit, double seconds) {
    StringBuilder s = new StringBuilder();
    double share = total > 0 ? Math.min(1, (double) done / total) : 0;
    if (total > 0) {
      int full = (int) (share * BAR);
      s.append(String.format(Locale.ROOT, "%3d %% ", (int) (share * 100)))
          .append('[')
          .append("#".repeat(full))
          .append("-".repeat(BAR - full))
          .append("] ");
    }
    s.append(String.format(Locale.ROOT, "%,d %s", count, unit));
    if (seconds > 0) {
      s.append(String.format(Locale.ROOT, ", %,d/s", Math.round(count / seconds)));
      if (share > 0) {
        s.append(", ").append(duration(seconds * (1 - share) / share)).append(" left");
      }
    }
    return s.toString();
  }

  /** Seconds as a person says them. */
  static String duration(double seconds) {
    long s = Math.round(seconds);
    if (s < 60) {
      return s + " s";
    }
    return s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " min";
  }

  /** Wipes the line, so that what is printed next has it. */
  @Override
  public void close() {
    if (width > 0) {
      err.print("\r" + " ".repeat(width) + "\r");
      err.flush();
      width = 0;
    }
  }

  private void print(String line) {
    err.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
    err.flush();
    width = Math.max(width, line.length());
  }
}
