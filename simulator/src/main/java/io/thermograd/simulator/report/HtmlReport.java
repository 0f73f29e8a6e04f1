package io.thermograd.simulator.report;

import io.thermograd.simulator.experiment.Plot;
import io.thermograd.simulator.experiment.Row;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Outcomes as one page that needs nothing else: no network, and scripts only for the plots. The
 * tables are text; the plots' numbers are in the page's JSON.
 */
public final class HtmlReport {
  private static final String[] HEADINGS = {
    "What", "Predicted", "Measured", "95 % interval", "Ratio", "At a glance", "Required", ""
  };

  private final Summary summary;
  private final PrintWriter out;

  private HtmlReport(Summary summary, PrintWriter out) {
    this.summary = summary;
    this.out = out;
  }

  /** Writes the page; leaves the writer open. */
  public static void write(Summary summary, PlotLibrary library, Writer writer) throws IOException {
    PrintWriter out = new PrintWriter(writer);
    new HtmlReport(summary, out).page(library);
    out.flush();
    if (out.checkError()) {
      throw new IOException("the page could not be written to its end");
    }
  }

  private void page(PlotLibrary library) {
    head(library.style());
    out.println("<body>");
    header();
    contents();
    out.println("<main>");
    for (int i = 0; i < summary.outcomes().size(); i++) {
      section(i + 1, summary.outcomes().get(i));
    }
    out.println("</main>");
    footer(library.licence());
    out.printf(
        "<script type=\"application/json\" id=\"plots\">%s</script>%n",
        JsonReport.plots(summary).replace("<", "\\u003c"));
    out.printf(
        "<script type=\"module\">%n%s%n%s</script>%n", library.script(), resource("report.js"));
    out.println("</body>\n</html>");
  }

  private void head(String libraryStyle) {
    out.println("<!doctype html>");
    out.println("<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
    out.println("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    out.println("<meta name=\"color-scheme\" content=\"light dark\">");
    out.println(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
            + " style-src 'unsafe-inline'; script-src 'unsafe-inline'\">");
    out.printf("<title>Thermograd: %s</title>%n", escape(summary.line()));
    out.printf("<style>%n%s%n%s</style>%n</head>%n", libraryStyle, resource("report.css"));
  }

  private void header() {
    out.println("<header class=\"top\">");
    out.println("<p class=\"kicker\">Thermograd experiments</p>");
    out.println("<h1>Theory against simulation</h1>");
    out.printf(
        "<p class=\"lead\">%s <strong>%s</strong></p>%n",
        badge(summary.passed()), escape(summary.line()));
    out.printf(
        "<p class=\"setting\">%s · %s</p>%n",
        escape(summary.setting()), Summary.duration(summary.seconds()));
    out.println(
        """
        <p class="guide">Each row compares a prediction of the theory with what a simulation measured,
        which has a 95 % interval unless it is exact. <em>At a glance</em>: the mark is the measurement
        with its interval, the vertical line the prediction, the shaded band what is required; an
        arrow points to a mark outside the picture. Rows that require nothing are shown for
        comparison, such as formulas that circulate and are wrong.</p>""");
    out.println("</header>");
  }

  private void contents() {
    out.println("<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">Contents</h2>\n<ol>");
    for (Outcome outcome : summary.outcomes()) {
      out.printf(
          "<li><span class=\"entry\"><a href=\"#%s\">%s</a><span class=\"dots\"></span>"
              + "<span class=\"count\">%s</span>%s</span></li>%n",
          escape(outcome.experiment().name()),
          escape(outcome.experiment().title()),
          outcome.error() == null ? outcome.met() + "/" + outcome.required() : "",
          badge(outcome.passed()));
    }
    out.println("</ol>\n</nav>");
  }

  private void section(int number, Outcome outcome) {
    String name = escape(outcome.experiment().name());
    String title = escape(outcome.experiment().title());
    out.printf("<section id=\"%s\" aria-labelledby=\"%s-title\">%n", name, name);
    out.printf(
        "<h2 id=\"%s-title\"><span class=\"number\">%d</span> %s %s</h2>%n",
        name, number, title, badge(outcome.passed()));
    out.printf("<p class=\"question\">%s</p>%n", escape(outcome.experiment().question()));
    if (outcome.error() != null) {
      out.printf("<p class=\"error\">%s</p>%n", escape(outcome.summary()));
    }
    if (!outcome.findings().rows().isEmpty()) {
      table(number, title, outcome.findings().rows());
    }
    figures(number, outcome.findings().plots());
    if (!outcome.findings().remarks().isEmpty()) {
      out.println("<ul class=\"remarks\">");
      outcome.findings().remarks().forEach(r -> out.printf("<li>%s</li>%n", escape(r)));
      out.println("</ul>");
    }
    out.printf(
        "<p class=\"call\"><code>thermograd experiment %s --seed %d%s</code> · %s</p>%n",
        name, summary.seed(), summary.quick() ? " --quick" : "", time(outcome));
    out.println("</section>");
  }

  private static String time(Outcome outcome) {
    return Summary.duration(outcome.seconds());
  }

  private void table(int number, String title, List<Row> rows) {
    out.println(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\">\n<table>");
    out.printf("<caption>Table %d. %s.</caption>%n<thead><tr>", number, title);
    for (int c = 0; c < HEADINGS.length; c++) {
      boolean numeric = c == 1 || c == 2 || c == 4;
      out.printf(
          "<th scope=\"col\"%s>%s</th>",
          numeric ? " class=\"num\"" : "",
          HEADINGS[c].isEmpty() ? "<span class=\"hidden\">Verdict</span>" : HEADINGS[c]);
    }
    out.println("</tr></thead>\n<tbody>");
    for (Row row : rows) {
      out.printf(
          "<tr class=\"%s\"><th scope=\"row\">%s</th><td class=\"num\">%s</td><td class=\"num\">%s</td>"
              + "<td class=\"interval\">%s</td><td class=\"num\">%s</td><td class=\"glance\">%s</td>"
              + "<td>%s</td><td>%s</td></tr>%n",
          row.verdict().name().toLowerCase(Locale.ROOT),
          escape(row.what()),
          Figures.number(row.predicted()),
          Figures.number(row.measured().value()),
          Figures.interval(row.measured()),
          Figures.ratio(row),
          Glance.svg(row),
          escape(row.requirement().text()),
          row.verdict() == Row.Verdict.SHOWN ? "–" : badge(row.verdict() == Row.Verdict.PASS));
    }
    out.println("</tbody>\n</table>\n</div>");
  }

  private void figures(int number, List<Plot> plots) {
    if (plots.isEmpty()) {
      return;
    }
    out.println("<div class=\"figures\">");
    for (int i = 0; i < plots.size(); i++) {
      Plot plot = plots.get(i);
      out.printf(
          "<figure><div class=\"plot\" role=\"img\" aria-label=\"%s: %s against %s\""
              + " data-experiment=\"%d\" data-plot=\"%d\"><noscript>Plots need JavaScript.</noscript>"
              + "</div><ul class=\"legend\"></ul><figcaption><b>Figure %d.%d.</b> %s"
              + "</figcaption></figure>%n",
          escape(plot.title()),
          escape(plot.y().label()),
          escape(plot.x().label()),
          number - 1,
          i,
          number,
          i + 1,
          escape(plot.title()));
    }
    out.println("</div>");
  }

  private void footer(String licence) {
    out.println("<footer>");
    out.println(
        "<p>Drag over a plot to enlarge a part, double-click to return; points name themselves under"
            + " the pointer. The same numbers as JSON: <code>--json FILE</code>.</p>");
    out.printf(
        "<details><summary>Licence of uPlot, which draws the plots</summary><pre>%s</pre></details>%n",
        escape(licence));
    out.println("</footer>");
  }

  private static String badge(boolean passed) {
    return passed
        ? "<span class=\"badge pass\">pass</span>"
        : "<span class=\"badge fail\">fail</span>";
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
