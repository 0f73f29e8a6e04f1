package io.thermograd.app;

/** What a command's exit code means; each command's help lists those it uses. */
final class ExitCode {
  /** Done, or stopped on request. */
  static final int OK = 0;

  /** Something failed; one line on standard error says what, and what to do. */
  static final int FAILED = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** Done with what there was, but it was cut short: a truncated file, a run that goes on. */
  static final int PARTIAL = 3;

  /** Told to stop a second time, and stopped without cleaning up: 128 + SIGINT, as shells do. */
  static final int FORCED = 130;

  private ExitCode() {}
}
