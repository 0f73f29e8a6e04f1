package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.thermograd.live.Browser;
import io.thermograd.live.PageChecks;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code thermograd demo} as a user meets it: a process, a browser, a Prometheus. */
@Timeout(300)
class DemoIT {
  /** They need an equilibrium, or its fluctuations over some thousand steps. */
  private static final Set<String> NOT_IN_SO_SHORT_A_RUN =
      Set.of(
          "Noise–curvature alignment",
          "Loss if the learning rate were halved",
          "Temperature by direction",
          "Variance over its stationary solution",
          "Rotational flow",
          "Autocorrelation time",
          "Fluctuation and dissipation",
          "Basins and passages",
          "Occupation of the basins",
          "Spectral gap, three ways",
          "Escape within the budget",
          "Forecasts that held");

  private static final Path SHOTS = Path.of("target", "screenshots");
  private static final Duration STARTS = Duration.ofMinutes(1);
  private static final Duration TRAINS = Duration.ofMinutes(2);
  private static final Duration STOPS = Duration.ofSeconds(30);
  private static final Pattern PAGE = Pattern.compile("page +(http://127\\.0\\.0\\.1:\\d+)");
  private static final Pattern METRICS =
      Pattern.compile("metrics +(http://127\\.0\\.0\\.1:\\d+/metrics)");
  private static final Pattern RUN = Pattern.compile("run +(demo-\\S+):");
  private static final Pattern READY = Pattern.compile("ready in");
  private static final int RAISE_STEP = 3_000;

  @Test
  void aPageAndAPrometheusFollowTheDemonstration(@TempDir Path dir) throws Exception {
    ExternalTool.require("chromium", "chromium");
    ExternalTool.require("prometheus", "prometheus");
    try (ChildProcess demo =
        ChildProcess.thermograd(
            dir,
            "demo",
            "--port=0",
            "--metrics-port=0",
            "--kafka-port=0",
            "--pace=200",
            "--data=" + dir.resolve("data"))) {
      demo.await(READY, STARTS);
      String url = demo.await(PAGE, STARTS).group(1);
      String run = demo.await(RUN, STARTS).group(1);
      int metricsPort = URI.create(demo.await(METRICS, STARTS).group(1)).getPort();
      try (PrometheusFixture prometheus = PrometheusFixture.start(metricsPort);
          Browser browser = Browser.launch()) {
        Page page = open(browser, url, run, 1280, ColorScheme.LIGHT);
        theChartsFillAndGrow(page);
        theDivergenceIsSeen(page);
        DashboardQueries.assertNoEmptyPanel(
            prometheus, Duration.ofSeconds(40), NOT_IN_SO_SHORT_A_RUN);
        DashboardQueries.assertRulesEvaluate(prometheus);
        theDivergenceFires(prometheus, run);

        demo.await(Pattern.compile("the page stays until Ctrl-C"), TRAINS);
        theSummaryTellsTheStory(demo.output(), run);
        theRunIsMarkedFinished(prometheus, page, run);
        page.context().close();
        theFinishedRunReadsWellEverywhere(browser, url, run);
        assertThat(browser.takeErrors()).as("errors in the browser's console").isEmpty();
        browser.closePages();

        demo.interrupt();
        assertThat(demo.exitCode(STOPS)).as(demo.output()).isZero();
        PrometheusFixture.await(
            "the series of the stopped demonstration are stale",
            Duration.ofSeconds(20),
            () -> prometheus.query("{__name__=~\"thermograd_.+\"}").isEmpty());
      }
    }
  }

  @Test
  void endsByItselfWithASummaryWhenToldTo(@TempDir Path dir) throws Exception {
    try (ChildProcess demo =
        ChildProcess.thermograd(
            dir,
            "demo",
            "--port=0",
            "--metrics-port=0",
            "--kafka-port=0",
            "--exit-when-done",
            "--steps=300",
            "--pace=0")) {
      assertThat(demo.exitCode(TRAINS)).as(demo.output()).isZero();
      assertThat(demo.output())
          .containsPattern("run demo-\\S+ · attempt 0 · step 299 · completed")
          .containsPattern("noise_trace +\\S+ +\\S+ … \\S+")
          .contains("alerts: none")
          .doesNotContain("Exception", " WARN ", " ERROR ");
    }
  }

  private static Page open(Browser browser, String url, String run, int width, ColorScheme scheme) {
    Page page = browser.open(width, 900, scheme);
    page.setDefaultTimeout(TRAINS.toMillis());
    page.navigate(url + "/#/run/" + run);
    page.waitForFunction("() => window.thermograd?.state().loaded === true");
    return page;
  }

  private static void theChartsFillAndGrow(Page page) {
    page.waitForFunction("() => window.thermograd.panels().loss.points >= 3");
    page.waitForFunction("() => window.thermograd.panels().noise_scale.points >= 2");
    page.waitForFunction("() => window.thermograd.panels().noise_trace.interval !== ''");
    assertThat(page.locator("#connection").textContent()).isEqualTo("live");
    Object seen = page.evaluate("() => window.thermograd.state().lastStep");
    page.waitForFunction("seen => window.thermograd.panels().loss.lastStep > seen", seen);
  }

  private static void theDivergenceIsSeen(Page page) {
    page.waitForFunction("step => window.thermograd.state().lastStep >= step", RAISE_STEP);
    Locator alert = page.locator(".alerts li[data-severity=critical]").first();
    alert.waitFor();
    String text = alert.locator(".alert-at").textContent();
    // "step 3,019", or "steps 3,019–3,069" once it has closed.
    int step = Integer.parseInt(text.split("–", 2)[0].replaceAll("\\D", ""));
    // The loss passes that of guessing two steps after the rise and peaks within six.
    assertThat(step).as(text).isBetween(RAISE_STEP, RAISE_STEP + 100);
    page.locator("section.verdict[data-severity=critical]").waitFor();
    assertThat(page.locator("section.verdict").innerText()).containsIgnoringCase("diverg");
    assertThat(page.locator("section.verdict dd").allInnerTexts())
        .hasSize(2)
        .allMatch(t -> t.length() > 20);
  }

  private static void theDivergenceFires(PrometheusFixture prometheus, String run)
      throws InterruptedException {
    String firing =
        "ALERTS{alertname=\"ThermogradRunDiverging\",alertstate=\"firing\",run=\"%s\"}"
            .formatted(run);
    PrometheusFixture.await(
        "the divergence rule fires",
        Duration.ofSeconds(20),
        () -> !prometheus.queryRange(firing).isEmpty());
  }

  private static void theSummaryTellsTheStory(String output, String run) {
    assertThat(output)
        .contains("run " + run + " · attempt 0 · step 3,599 · completed")
        .containsPattern("alert at step 3,0\\d\\d, critical, divergence")
        .containsPattern("verdict \\(critical\\)")
        .containsPattern("gradient_noise_scale +\\S+")
        .doesNotContain("Exception", " WARN ", " ERROR ");
  }

  private static void theRunIsMarkedFinished(PrometheusFixture prometheus, Page page, String run)
      throws InterruptedException {
    PrometheusFixture.await(
        "the run is marked as ended",
        Duration.ofSeconds(20),
        () ->
            !prometheus.queryRange("thermograd_run_up{run=\"%s\"} == 0".formatted(run)).isEmpty());
    page.locator(".status").filter(new Locator.FilterOptions().setHasText("completed")).waitFor();
  }

  private static void theFinishedRunReadsWellEverywhere(Browser browser, String url, String run) {
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (int width : new int[] {1280, 390}) {
        String name = scheme.name().toLowerCase(Locale.ROOT) + "-" + width;
        Page page = open(browser, url, run, width, scheme);
        page.waitForFunction("() => window.thermograd.state().lastStep === 3599");
        page.waitForFunction("() => window.thermograd.panels().loss.lastStep === 3599");
        check(page, "demo-" + name);
        page.navigate(url + "/#/");
        page.waitForFunction("() => window.thermograd.state().shown === 1");
        check(page, "runs-" + name);
        page.context().close();
      }
    }
  }

  /** A picture, and what no picture may show. */
  private static void check(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setFullPage(true).setPath(SHOTS.resolve(name + ".png")));
    assertThat(page.evaluate(PageChecks.HORIZONTAL_SCROLL))
        .as("%s: scrolls sideways", name)
        .isEqualTo(0);
    assertThat((List<?>) page.evaluate(PageChecks.OVERLAPS))
        .as("%s: overlapping text", name)
        .isEmpty();
  }
}
