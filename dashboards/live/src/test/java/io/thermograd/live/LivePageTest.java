package io.thermograd.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page in a real browser, while the store behind it changes. */
@Timeout(120)
class LivePageTest {
  private static final Path SHOTS = Path.of("target", "screenshots");
  private static final String EVIL = "<img src=x onerror=alert(1)>";

  private static @Nullable Browser browser;

  private final double now = System.currentTimeMillis() / 1e3;
  private final LiveStore store = new LiveStore();
  private @Nullable LiveServer server;

  @BeforeAll
  static void launch() {
    boolean required = "true".equals(System.getenv("THERMOGRAD_REQUIRE_ALL"));
    if (!required) {
      assumeTrue(
          Browser.chromium().isPresent(),
          "the page is not tested in a browser: apt-get install chromium");
    }
    browser = Browser.launch();
  }

  @AfterAll
  static void quit() {
    if (browser != null) {
      browser.close();
    }
  }

  @AfterEach
  void stop() {
    if (browser != null) {
      browser.closePages();
    }
    if (server != null) {
      server.close();
    }
  }

  @Test
  void showsWhatTheRunDoesItsBasinsAndWhatIsExpectedOfIt() throws IOException {
    store.accept(Synthetic.summary("hopping", 0, RunSummary.Status.RUNNING, -1, now - 100));
    for (long step = 0; step < 2_000; step += 20) {
      store.accept(Synthetic.hopping("hopping", step, now - 100));
    }
    Page page = open(1280, ColorScheme.LIGHT, "#/run/hopping");
    page.waitForFunction("() => thermograd.state().views?.basins.points === 100");

    assertThat(page.evaluate("() => thermograd.state().views.basins.centres")).isEqualTo(3);
    assertThat(page.evaluate("() => thermograd.state().views.basins.flows")).isEqualTo(4);
    assertThat(page.locator("[data-panel=basins] .interval").textContent())
        .isEqualTo("now in basin 3, 6 passages");
    assertThat(page.locator("[data-panel=basins] .basin-2").count()).isGreaterThan(40);

    // Before the first passage only an upper bound is known.
    assertThat(panel(page, "escape_probability.bounds")).isEqualTo(15);
    assertThat(panel(page, "escape_probability.points")).isEqualTo(85);

    Locator rows = page.locator("[data-panel=forecasts] tbody tr");
    assertThat(rows.count()).isEqualTo(2);
    assertThat(rows.first().textContent()).contains("Escape steps", "300", "2,880", "5 of 6");

    assertThat(page.locator("[data-panel=basins] .law").textContent())
        .isEqualTo("occupied by Gibbs' law, T = 0.450 (0.390–0.530)");

    Locator averages = page.locator("[data-panel=averages] tbody tr");
    assertThat(averages.count()).isEqualTo(2);
    assertThat(averages.first().locator("th, td").allTextContents())
        .containsExactly("Accuracy", "0.910", "0.900–0.920", "0.903–0.917", "yes");
    assertThat(averages.last().locator("th, td").allTextContents())
        .containsExactly("Loss", "0.312", "0.290–0.334", "–", "too short");
    assertThat(page.evaluate("() => thermograd.state().views.averages.value")).isEqualTo("−0.0130");
    assertThat(page.locator("[data-panel=averages] .interval").textContent())
        .isEqualTo("(−0.0150 to −0.0110) change of the loss at the mean of the parameters");

    assertThat(page.locator(".ribbon rect").count()).isGreaterThan(10);
    assertThat(page.locator(".ribbon .regime-transition title").first().textContent())
        .isEqualTo("Transition, steps 300 to 320");
    assertThat(page.locator(".ribbon-legend").textContent())
        .contains("Warming up", "Stationary", "Transition", "Plateau");

    // What comes by the stream lies on the same map as what was there before.
    store.accept(Synthetic.hopping("hopping", 2_120, now));
    page.waitForFunction("() => thermograd.state().views.basins.points === 101");
    assertThat(page.locator(".ribbon .regime-stationary").count()).isGreaterThan(2);
    page.screenshot(
        new Page.ScreenshotOptions().setPath(SHOTS.resolve("hopping.png")).setFullPage(true));
  }

  @Test
  void showsTheLatestSpectrumOrWhyThereIsNone() throws IOException {
    store.accept(Synthetic.summary("digits", 0, RunSummary.Status.RUNNING, -1, now - 60));
    Synthetic.feed(store, "digits", 0, 0, 400, 20, now - 60);
    store.accept(Synthetic.allAbsent("bare", 100, now - 5));
    Page page = open(1280, ColorScheme.LIGHT, "#/run/digits");
    page.waitForFunction("() => thermograd.state().ranks?.spectrum.points === 10");
    assertThat(page.locator("[data-panel=spectrum] .whisker").count()).isEqualTo(10);
    assertThat(page.locator("[data-panel=spectrum] circle title").first().textContent())
        .startsWith("λ1 = ");
    assertThat(page.locator("[data-panel=spectrum] .plot").getAttribute("aria-label"))
        .startsWith("Eigenvalues: ");

    // Nothing is averaged while the loss falls.
    assertThat(page.locator("[data-panel=averages] .absent").textContent())
        .isEqualTo("absent: not stationary: the loss moves, or is not yet known not to");

    assertThat(page.evaluate("() => thermograd.state().ranks.temperatures.beside")).isEqualTo(6);
    assertThat(page.locator("[data-panel=temperatures] .legend").textContent())
        .isEqualTo("○ predicted");
    assertThat(page.locator("[data-panel=sharpness] .at").textContent())
        .isEqualTo("dashed: limit = 76.0");

    page = open(1280, ColorScheme.LIGHT, "#/run/bare");
    page.waitForFunction(
        "() => thermograd.state().ranks?.spectrum.absent.startsWith('one micro-batch')");
    assertThat(page.locator("[data-panel=spectrum] .absent").textContent())
        .startsWith("absent: one micro-batch a step");
  }

  @Test
  void showsHistoryThenFollowsThenSurvivesARestartWithoutAGap() throws IOException {
    store.accept(Synthetic.summary("digits", 0, RunSummary.Status.RUNNING, -1, now - 60));
    Synthetic.feed(store, "digits", 0, 0, 2_000, 20, now - 60);
    Page page = open(1280, ColorScheme.LIGHT, "#/run/digits");
    waitForPoints(page, "loss", 100);
    assertThat(panel(page, "loss.firstStep")).isEqualTo(0);
    assertThat(panel(page, "loss.lastStep")).isEqualTo(1_980);

    Synthetic.feed(store, "digits", 0, 2_000, 3_000, 20, now - 60);
    store.accept(Synthetic.alert("digits", 0, 2_900, Severity.WARNING, now - 60));
    waitForPoints(page, "loss", 150);
    waitForPoints(page, "noise_trace", 150);
    page.waitForFunction("() => document.querySelectorAll('.alerts .alert').length === 1");
    assertThat(page.title()).contains("digits").contains("Thermograd");

    int port = server().port();
    server().close();
    page.waitForFunction("() => window.thermograd.state().connection === 'reconnecting'");
    assertThat(page.locator("#connection").textContent()).isEqualTo("reconnecting…");
    // Happens while nobody serves.
    Synthetic.feed(store, "digits", 0, 3_000, 4_000, 20, now - 60);
    server = LiveServer.start(store, LiveServerOptions.loopback(port));
    waitForPoints(page, "loss", 200);
    Synthetic.feed(store, "digits", 0, 4_000, 4_200, 20, now - 60);
    waitForPoints(page, "loss", 210);
    assertThat(panel(page, "loss.lastStep")).isEqualTo(4_180);
    assertThat(page.locator("#connection").textContent()).isEqualTo("live");
    // Chromium itself reports the connections that were refused meanwhile.
    assertThat(errors()).allMatch(e -> e.contains("net::ERR_"));
  }

  @Test
  void readsWellInBothThemesAndWidths() throws IOException {
    LivePreview.fill(store, now);
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (int width : new int[] {1280, 390}) {
        String name = scheme.name().toLowerCase(java.util.Locale.ROOT) + "-" + width;
        Page page = open(width, scheme, "");
        page.waitForFunction("() => window.thermograd?.state().shown === 61");
        check(page, "runs-" + name);
        page.navigate(server().url() + "#/run/digits-live");
        waitForPoints(page, "loss", 180);
        check(page, "run-" + name);
        page.context().close();
      }
    }
    assertThat(errors()).isEmpty();
  }

  @Test
  void standsAwkwardRuns() throws IOException {
    LivePreview.fill(store, now);
    String longest =
        store.runs().stream()
            .map(RunView::runId)
            .max(java.util.Comparator.comparingInt(String::length))
            .orElseThrow();
    for (String run :
        List.of("diverged", "restarted", "three-points", "nothing-identified", longest, EVIL)) {
      Page page = open(390, ColorScheme.DARK, "#/run/" + encode(run));
      page.waitForFunction("() => window.thermograd?.state().loaded === true");
      page.waitForTimeout(400);
      assertThat(page.locator("h1").textContent()).isEqualTo(run);
      String name = run.equals(longest) ? "long-id" : run.equals(EVIL) ? "markup-id" : run;
      check(page, "awkward-" + name);
      page.setViewportSize(1280, 900);
      page.waitForTimeout(200);
      check(page, "awkward-" + name + "-wide");
      page.context().close();
    }
    assertThat(errors()).isEmpty();
  }

  @Test
  void aRunIdIsNeverMarkup() throws IOException {
    LivePreview.fill(store, now);
    Page page = open(1280, ColorScheme.LIGHT, "");
    page.onDialog(
        dialog -> {
          throw new AssertionError("a script ran: " + dialog.message());
        });
    page.waitForFunction("() => window.thermograd?.state().shown === 61");
    Locator link = page.locator("td.c-run a").filter(new Locator.FilterOptions().setHasText(EVIL));
    assertThat(link.textContent()).isEqualTo(EVIL);
    link.click();
    page.waitForFunction("() => window.thermograd.state().view === 'run'");
    waitForPoints(page, "loss", 10);
    assertThat(page.locator("h1").textContent()).isEqualTo(EVIL);
    assertThat(page.title()).contains(EVIL);
    assertThat(page.locator("main img").count()).isZero();
    assertThat(errors()).isEmpty();
  }

  @Test
  void aDivergedLossLeavesTheRestReadable() throws IOException {
    LivePreview.fill(store, now);
    Page page = open(1280, ColorScheme.LIGHT, "#/run/diverged");
    waitForPoints(page, "loss", 432);
    assertThat(page.evaluate("() => window.thermograd.panels().loss.log")).isEqualTo(true);
    assertThat(page.locator("[data-panel=loss] .note").textContent())
        .isEqualTo("absent now: not finite since step 2160");
    Locator off =
        page.locator("[data-panel=loss] .chip")
            .filter(new Locator.FilterOptions().setHasText("off scale"));
    off.click();
    page.locator("[data-panel=loss] .chip")
        .filter(new Locator.FilterOptions().setHasText("clip"))
        .click();
    off.waitFor();
    assertThat(errors()).isEmpty();
  }

  @Test
  void saysWhyAQuantityIsAbsentAndMarksLowerBounds() throws IOException {
    LivePreview.fill(store, now);
    Page page = open(1280, ColorScheme.LIGHT, "#/run/nothing-identified");
    page.waitForFunction("() => window.thermograd?.state().insights === 1");
    page.waitForFunction("() => window.thermograd.panels().loss.absent !== ''");
    assertThat(page.locator("[data-panel=noise_trace] .absent").textContent())
        .isEqualTo("absent: one micro-batch a step and no sketches: send at least two of a step");
    assertThat(page.locator(".plot:visible").count()).isZero();
    page.navigate(server().url() + "#/run/digits-live");
    waitForPoints(page, "loss", 180);
    assertThat((Integer) page.evaluate("() => window.thermograd.panels().noise_scale.bounds"))
        .isPositive();
    assertThat(errors()).isEmpty();
  }

  @Test
  void showsBothAttemptsAndLetsOneBeChosen() throws IOException {
    LivePreview.fill(store, now);
    Page page = open(1280, ColorScheme.LIGHT, "#/run/restarted");
    waitForPoints(page, "loss", 92);
    assertThat(panel(page, "loss.others")).isEqualTo(1);
    assertThat(panel(page, "loss.firstStep")).isEqualTo(2_500);
    page.locator(".segmented button").first().click();
    waitForPoints(page, "loss", 160);
    assertThat(page.locator(".alerts .alert").count()).isEqualTo(2);
    assertThat(errors()).isEmpty();
  }

  @Test
  void worksFromTheKeyboardAndRemembersTheTheme() throws IOException {
    LivePreview.fill(store, now);
    Page page = open(1280, ColorScheme.LIGHT, "#/run/five-thousand");
    waitForPoints(page, "loss", 5_000);
    page.locator("[data-panel=loss] .plot").focus();
    page.keyboard().press("ArrowRight");
    page.keyboard().press("ArrowRight");
    assertThat(page.locator("[data-panel=loss] .at").textContent()).isEqualTo("at step 1");
    assertThat(page.locator("[data-panel=noise_trace] .at").textContent()).isEqualTo("at step 1");
    page.keyboard().press("Escape");
    assertThat(page.locator("[data-panel=loss] .at").textContent()).isEmpty();
    page.locator("[data-panel=loss] .round").press("Enter");
    assertThat(page.locator("#help-loss").isVisible()).isTrue();
    page.keyboard().press("Escape");
    assertThat(page.locator("#help-loss").isVisible()).isFalse();
    page.locator("#theme").click();
    page.locator("#theme").click();
    page.reload();
    waitForPoints(page, "loss", 5_000);
    assertThat(page.locator("html").getAttribute("data-theme")).isEqualTo("dark");
    assertThat(errors()).isEmpty();
  }

  @Test
  void filtersRunsAndTellsHowToBeginWhenThereAreNone() throws IOException {
    Page page = open(390, ColorScheme.LIGHT, "");
    page.waitForFunction("() => window.thermograd?.state().loaded === true");
    assertThat(page.locator(".empty code").first().textContent()).isEqualTo("./thermograd demo");
    check(page, "empty-390");
    Synthetic.feed(store, "first", 0, 0, 100, 50, now);
    page.waitForFunction("() => window.thermograd.state().shown === 1");
    assertThat(page.locator(".empty").isVisible()).isFalse();
    LivePreview.fill(store, now);
    page.waitForFunction("() => window.thermograd.state().shown === 62");
    page.locator("input[type=search]").fill("DIVERG");
    page.waitForFunction("() => window.thermograd.state().shown === 1");
    page.locator("input[type=search]").fill("nothing like it");
    assertThat(page.locator(".list .notice").textContent())
        .isEqualTo("No run matches “nothing like it”.");
    assertThat(errors()).isEmpty();
  }

  /** A picture, and what no picture of this page may show. */
  private static void check(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setFullPage(true).setPath(SHOTS.resolve(name + ".png")));
    assertThat(page.evaluate(PageChecks.HORIZONTAL_SCROLL))
        .as(name + ": scrolls sideways")
        .isEqualTo(0);
    assertThat((List<?>) page.evaluate(PageChecks.OVERLAPS))
        .as(name + ": overlapping text")
        .isEmpty();
  }

  private Page open(int width, ColorScheme scheme, String address) throws IOException {
    if (server == null) {
      server =
          LiveServer.start(
              store, new LiveServerOptions("127.0.0.1", 0, Set.of(), p -> Optional.empty()));
    }
    if (browser == null) {
      throw new IllegalStateException("no browser was launched");
    }
    Page page = browser.open(width, 900, scheme);
    page.navigate(server.url() + address);
    return page;
  }

  private LiveServer server() {
    if (server == null) {
      throw new IllegalStateException("no server was started");
    }
    return server;
  }

  private static List<String> errors() {
    return browser == null ? List.of() : browser.takeErrors();
  }

  private static void waitForPoints(Page page, String panel, int points) {
    page.waitForFunction(
        "([panel, points]) => window.thermograd?.panels()[panel]?.points === points",
        List.of(panel, points));
  }

  private static int panel(Page page, String path) {
    return (Integer)
        page.evaluate(
            "path => path.split('.').reduce((o, key) => o[key], window.thermograd.panels())", path);
  }

  private static String encode(String runId) {
    return java.net.URLEncoder.encode(runId, java.nio.charset.StandardCharsets.UTF_8)
        .replace("+", "%20");
  }
}
