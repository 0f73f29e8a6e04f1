package io.thermograd.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {
  private static final String VERBOSE = "--verbose";

  @Option(
      names = {"-v", VERBOSE},
      description = "Log what happens, and show stack traces.")
  void setVerbose(boolean on) {
    if (on) {
      level("io.thermograd", Level.DEBUG);
      level("org.apache.kafka", Level.INFO);
      level("kafka", Level.INFO);
      level("state.change.logger", Level.WARN);
      level(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.INFO);
    }
  }

  static boolean isVerbose(CommandLine command) {
    return command.getParseResult() != null
        && command.getCommandSpec().findOption(VERBOSE) != null
        && command.getParseResult().hasMatchedOption(VERBOSE);
  }

  private static void level(String logger, Level level) {
    if (LoggerFactory.getLogger(logger) instanceof Logger logback) {
      logback.setLevel(level);
    }
  }
}
