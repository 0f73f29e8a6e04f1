package io.thermograd.app;

import io.thermograd.live.LiveServer;
import io.thermograd.simulator.report.HtmlReport;
import io.thermograd.simulator.report.JsonReport;
import io.thermograd.simulator.report.PlotLibrary;
import io.thermograd.simulator.report.Summary;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where experiments write besides the terminal. */
final class ExperimentFiles {
  private static final String STDOUT = "-";

  @Option(
      names = "--json",
      paramLabel = "FILE",
      arity = "0..1",
      fallbackValue = STDOUT,
      description = {
        "Write everything as JSON: into FILE, or instead of the tables to standard output when no"
            + " FILE or - follows. NaN is null, infinity the string \"Infinity\"."
      })
  private @Nullable String json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write tables and plots as one page that needs no network.")
  private @Nullable Path html;

  boolean jsonToStandardOutput() {
    return STDOUT.equals(json);
  }

  /** Fails now rather than after the work if a file could not be written. */
  void check() {
    if (json != null && !jsonToStandardOutput()) {
      OutputFiles.requireWritable("--json", Path.of(json));
    }
    if (html != null) {
      OutputFiles.requireWritable("--html", html);
    }
  }

  void write(Summary summary, PrintWriter out) throws IOException {
    if (jsonToStandardOutput()) {
      JsonReport.write(summary, out);
    } else if (json != null) {
      replace(Path.of(json), writer -> JsonReport.write(summary, writer));
    }
    if (html != null) {
      PlotLibrary library = library();
      replace(html, writer -> HtmlReport.write(summary, library, writer));
    }
  }

  private interface Content {
    void write(Writer writer) throws IOException;
  }

  /** The file is the old one or the new one, never half of it. */
  private static void replace(Path file, Content content) throws IOException {
    Path whole = file.toAbsolutePath();
    Path part = whole.resolveSibling(whole.getFileName() + ".part");
    try (Writer writer = Files.newBufferedWriter(part)) {
      content.write(writer);
    }
    Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The live page's copy of uPlot. */
  private static PlotLibrary library() throws IOException {
    return new PlotLibrary(
        vendor("uPlot.esm.js"), vendor("uPlot.min.css"), vendor("uPlot-LICENSE.txt"));
  }

  private static String vendor(String name) throws IOException {
    try (InputStream in = LiveServer.class.getResourceAsStream("page/vendor/" + name)) {
      if (in == null) {
        throw new Failure("resource " + name + " of the live page is missing; build again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
