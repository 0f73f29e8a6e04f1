package io.thermograd.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;

/** The {@code thermograd} command. */
@Command(
    name = "thermograd",
    description = "A live thermometer for stochastic gradient descent.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      SimulateCommand.class,
      ReplayCommand.class,
      RecordCommand.class,
      AnalyzeCommand.class,
      CollectCommand.class,
      PageCommand.class,
      ExperimentCommand.class,
      DoctorCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "Start with: thermograd demo",
      "Each command has its own --help, which lists its exit codes."
    })
public final class Main {
  Main() {}

  public static void main(String[] args) {
    StandardStreams.open();
    int code =
        run(
            args,
            new PrintWriter(StandardStreams.out(), true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    System.out.flush();
    System.exit(code);
  }

  /** Runs one command line and gives its exit code. */
  static int run(String[] args, PrintWriter out, PrintWriter err) {
    OneLineErrors errors = new OneLineErrors();
    CommandLine command = new CommandLine(new Main());
    command
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setAbbreviatedOptionsAllowed(false)
        .setOverwrittenOptionsAllowed(false)
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors);
    int code = command.execute(args);
    out.flush();
    err.flush();
    return code;
  }

  /** The process's standard streams. */
  private static final class StandardStreams {
    private StandardStreams() {}

    /** Buffered: a replay's results can be many lines. */
    static PrintStream out() {
      return new PrintStream(
          new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    }

    /**
     * The launcher filters the JVM's own standard error and names the real one here. Appending,
     * since opening a redirected file anew must not empty it.
     */
    @SuppressWarnings("StreamResourceLeak") // open as long as the process lives
    static void open() {
      String real = System.getProperty("thermograd.stderr");
      if (real == null) {
        return;
      }
      try {
        System.setErr(
            new PrintStream(new FileOutputStream(real, true), true, StandardCharsets.UTF_8));
      } catch (IOException e) {
        // a terminal of somebody else's, or a socket: the filtered stream leads there as well
        return;
      }
    }
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      Properties properties = new Properties();
      try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
        if (in != null) {
          properties.load(in);
        }
      }
      return new String[] {
        "thermograd " + properties.getProperty("version", "(unknown)"),
        "Java " + Runtime.version() + " (" + System.getProperty("java.home") + ")"
      };
    }
  }
}
