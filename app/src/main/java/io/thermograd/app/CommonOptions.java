package io.thermograd.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {
  private static final String VERBOSE = "--verbose";
  private static final String KAFKA = "org.apache.kafka";

  @Option(
      names = {"-v", VERBOSE},
      description = "Log what happens, and show stack traces.")
  void setVerbose(boolean on) {
    if (on) {
      level("io.thermograd", Level.DEBUG);
      level(KAFKA, Level.INFO);
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

  /** From here on Kafka logs nothing, unless everything was asked for. */
  static void hushKafka() {
    if (LoggerFactory.getLogger(KAFKA) instanceof Logger kafka && !kafka.isEnabledFor(Level.INFO)) {
      level(KAFKA, Level.OFF);
      level("kafka", Level.OFF);
    }
  }

  private static void level(String logger, Level level) {
    if (LoggerFactory.getLogger(logger) instanceof Logger logback) {
      logback.setLevel(level);
    }
  }
}
