package io.thermograd.app;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What every subcommand has: help, version, verbosity, and where to print. */
@Command(mixinStandardHelpOptions = true, versionProvider = Main.Version.class)
abstract class BaseCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec spec;
  @Mixin CommonOptions common = new CommonOptions();

  /** Results. */
  final PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  /** Everything else that is said. */
  final PrintWriter err() {
    return Objects.requireNonNull(spec).commandLine().getErr();
  }
}
