package io.thermograd.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collection;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what went wrong in one line; the stack trace is for {@code --verbose}. */
final class OneLineErrors implements IParameterExceptionHandler, IExecutionExceptionHandler {

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    if (args.length == 0 && !command.getSubcommands().isEmpty()) {
      command.usage(command.getErr());
      return ExitCode.USAGE;
    }
    StringBuilder line =
        new StringBuilder(
            e instanceof UnmatchedArgumentException unmatched
                ? unmatched(unmatched.getUnmatched().get(0), command)
                : plain(firstLine(e)));
    line.append(" (see ").append(command.getCommandSpec().qualifiedName()).append(" --help)");
    say(command.getErr(), line.toString());
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    say(command.getErr(), firstLine(e));
    if (CommonOptions.isVerbose(command)) {
      e.printStackTrace(command.getErr());
    } else if (!(e instanceof Failure) && !(e instanceof IOException)) {
      say(command.getErr(), "this should not happen; --verbose shows where");
    }
    command.getErr().flush();
    return e instanceof Failure failure ? failure.exitCode() : ExitCode.FAILED;
  }

  private static String unmatched(String word, CommandLine command) {
    String what;
    Collection<String> candidates;
    if (word.startsWith("-")) {
      what = "there is no option ";
      candidates = command.getCommandSpec().optionsMap().keySet();
    } else {
      candidates = command.getSubcommands().keySet();
      what = candidates.isEmpty() ? "one argument too many: " : "there is no command ";
    }
    return what
        + word
        + Nearest.to(word, candidates).map(near -> "; did you mean " + near + "?").orElse("");
  }

  private static String firstLine(Exception e) {
    String message = e.getMessage();
    if (message == null || message.isBlank() || (e instanceof IOException && bare(e))) {
      message = e.toString();
    }
    return message.lines().findFirst().orElse(message);
  }

  /** Java's names of types are not those of people. */
  private static String plain(String message) {
    return message
        .replaceFirst("is not an? (int|long)$", "is no whole number")
        .replaceFirst("is not an? (double|float)$", "is no number");
  }

  // The file system's exceptions carry nothing but the file's name.
  private static boolean bare(Exception e) {
    return e.getClass().getName().startsWith("java.nio.file.");
  }

  private static void say(PrintWriter err, String line) {
    err.println("thermograd: " + line);
    err.flush();
  }
}
