package io.thermograd.app;

/**
 * One line of the doctor's report.
 *
 * @param subject what was looked at, one word or two
 * @param message what was found, with its numbers
 * @param remedy what to do; empty when nothing needs doing
 */
record Finding(Level level, String subject, String message, String remedy) {
  enum Level {
    OK,
    WARN,
    FAIL
  }

  static Finding ok(String subject, String message) {
    return new Finding(Level.OK, subject, message, "");
  }

  static Finding warn(String subject, String message, String remedy) {
    return new Finding(Level.WARN, subject, message, remedy);
  }

  static Finding fail(String subject, String message, String remedy) {
    return new Finding(Level.FAIL, subject, message, remedy);
  }

  String line() {
    return String.format("%-4s  %-13s %s", level, subject, message)
        + (remedy.isEmpty() ? "" : " → " + remedy);
  }
}
