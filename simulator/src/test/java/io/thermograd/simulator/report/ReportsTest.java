package io.thermograd.simulator.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.thermograd.simulator.experiment.Experiment;
import io.thermograd.simulator.experiment.Workers;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReportsTest {
  private static final Path LIBRARY =
      Path.of("../dashboards/live/src/main/resources/io/thermograd/live/page/vendor");

  @Test
  void theTableLinesUp() {
    Summary summary = summary(Samples.passing());
    assertThat(String.join("\n", TextReport.lines(summary.outcomes().get(0))))
        .isEqualTo(
            """
            Escape <times> & "rates" (escape)
              The mean time to leave a well is τ = 2π/√(U″(a)|U″(b)|)·exp(ΔU/T) by Kramers; it is measured on
              independent replicas that all begin at the minimum.

              what                predicted   measured  95 % interval     ratio  required
              slope ΔU               0.2500     0.2519  0.2480 … 0.2558   1.008  within 3 %          PASS
              τ at T = 0.05           659.3      641.0  617.5 … 664.5    0.9722  within 15 %         PASS
              time to the saddle      329.6      322.0  304.4 … 339.6    0.9769  2× interval covers  PASS
              wrong: without ½         1319      641.0  617.5 … 664.5    0.4861  -                   -
              coverage                    -     0.9440  exact                 -  0.93 to 0.97        PASS
              gap                         -  1.000e-07  exact                 -  at most 0.000001    PASS
              no escape           1.000e+09          ∞  3.200e+07 … ∞         -  -                   -

              At the warmest temperature the barrier is only 2.5 T, where <Kramers> fails.

              5 of 5 requirements met · 1.0 s""");
  }

  @Test
  void theTotalsNameWhatFailed() {
    Summary summary = summary(Samples.passing(), Samples.failing(), Samples.broken());
    assertThat(TextReport.lines(summary))
        .containsExactly(
            "3 experiments: 6 of 8 requirements met, 1 broke off · seed 7, quick · 7.0 s",
            "FAIL  scaling: 1 of 3 requirements met",
            "FAIL  broken: broke off: java.lang.IllegalStateException: there is no minimum");
    assertThat(TextReport.lines(summary(Samples.passing())))
        .containsExactly("1 experiment: 5 of 5 requirements met · seed 7, quick · 3.0 s");
  }

  @Test
  void jsonKeepsEveryBitAndSaysWhatIsNotANumber() throws IOException {
    String json = json(summary(Samples.passing(), Samples.broken()));
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      while (parser.nextToken() != null) {
        assertThat(parser.currentToken()).isNotNull(); // well formed to its end
      }
    }
    assertThat(json)
        .startsWith("{\n  \"schema\" : 1,\n  \"seed\" : 7,\n  \"quick\" : true,\n")
        .contains("\"name\" : \"escape\"", "\"title\" : \"Escape <times> & \\\"rates\\\"\"")
        .contains("\"what\" : \"coverage\",\n      \"predicted\" : null,\n")
        .contains(
            "\"measured\" : \"Infinity\",\n      \"low\" : 3.2E7,\n      \"high\" : \"Infinity\"")
        .contains("\"requirement\" : \"2× interval covers\",\n      \"verdict\" : \"pass\"")
        .contains("\"verdict\" : \"shown\"")
        .contains("\"error\" : null", "IllegalStateException: there is no minimum\"")
        .contains("\"style\" : \"points\"")
        .endsWith("}\n");
    Matcher low = Pattern.compile("\"low\" : (0\\.24\\d+)").matcher(json);
    assertThat(low.find()).isTrue();
    assertThat(Double.parseDouble(low.group(1))).isEqualTo(0.2519 - 1.959963984540054 * 0.002);
  }

  @Test
  void thePageNeedsNothingButItself() throws IOException {
    Summary summary = summary(Samples.passing(), Samples.failing(), Samples.broken());
    StringWriter out = new StringWriter();
    HtmlReport.write(
        summary,
        new PlotLibrary(
            Files.readString(LIBRARY.resolve("uPlot.esm.js")),
            Files.readString(LIBRARY.resolve("uPlot.min.css")),
            Files.readString(LIBRARY.resolve("uPlot-LICENSE.txt"))),
        out);
    String page = out.toString();
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target/report.html"), page);
    assertThat(page)
        .startsWith("<!doctype html>")
        .contains("default-src 'none'")
        .contains("Escape &lt;times&gt; &amp; &quot;rates&quot;")
        .contains("<td class=\"num\">659.3</td>")
        .contains("where &lt;Kramers&gt; fails")
        .contains("there is no minimum")
        .contains("Permission is hereby granted")
        .doesNotContain("<script src", "<link", "@import", "url(")
        .doesNotContain("<Kramers>", "<times>");
    assertThat(page.split("</script>", -1)).hasSize(3);
    assertThat(Pattern.compile("id=\"([^\"]*)\"").matcher(page).results().map(m -> m.group(1)))
        .doesNotHaveDuplicates()
        .contains("escape", "scaling", "broken");
  }

  private static Summary summary(Experiment... experiments) {
    return RunnerTest.run(Workers.inline(), new Runner.Watcher() {}, experiments);
  }

  private static String json(Summary summary) throws IOException {
    StringWriter out = new StringWriter();
    JsonReport.write(summary, out);
    return out.toString();
  }
}
