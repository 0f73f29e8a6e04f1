package io.thermograd.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page for those who use no mouse, or do not see as others do: axe-core, and the Tab key. */
@Timeout(120)
class PageAccessibilityTest {
  private static final String AXE = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";
  private static final String LIST = "";
  private static final String RUN = "#/run/digits-live";

  private record View(String address, int width, ColorScheme scheme) {}

  private final LiveStore store = new LiveStore();
  private Browser browser;
  private LiveServer server;

  @BeforeEach
  void start() throws IOException {
    boolean required = "true".equals(System.getenv("THERMOGRAD_REQUIRE_ALL"));
    assumeTrue(
        required || Browser.chromium().isPresent(),
        "the page is not tested in a browser: apt-get install chromium");
    browser = Browser.launch();
    LivePreview.fill(store, System.currentTimeMillis() / 1e3);
    server =
        LiveServer.start(
            store, new LiveServerOptions("127.0.0.1", 0, Set.of(), p -> Optional.empty()));
  }

  @AfterEach
  void stop() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @Test
  void violatesNoRuleThatToolsCanCheck() throws IOException {
    String axe = axe();
    for (View view :
        List.of(
            new View(LIST, 1280, ColorScheme.LIGHT),
            new View(LIST, 390, ColorScheme.DARK),
            new View(RUN, 390, ColorScheme.LIGHT),
            new View(RUN, 1280, ColorScheme.DARK),
            new View("#/run/diverged", 1280, ColorScheme.LIGHT),
            new View("#/run/restarted", 390, ColorScheme.DARK))) {
      Page page = open(view);
      page.evaluate(axe);
      assertThat((List<?>) page.evaluate(PageChecks.ACCESSIBILITY)).as(view.toString()).isEmpty();
      page.context().close();
    }
  }

  @Test
  void everyStopOfTheTabKeyIsSeenAndNoneHoldsTheFocus() throws IOException {
    for (String address : List.of(LIST, RUN)) {
      Page page = open(new View(address, 1280, ColorScheme.LIGHT));
      var stops = new ArrayList<String>();
      Object stop = next(page);
      while (stop instanceof Map<?, ?> s && stops.size() < 400) {
        assertThat(s.get("ring")).as("focus is shown on: %s", s).isEqualTo(true);
        assertThat(s.get("shown")).as("scrolled into view: %s", s).isEqualTo(true);
        stops.add((String) s.get("name"));
        stop = next(page);
      }
      // The focus has gone through the page and left it.
      assertThat(stops).hasSizeBetween(10, 399).startsWith("Skip to content");
      page.context().close();
    }
  }

  @Test
  void aRunIsFoundOpenedAndLeftWithTheKeyboardAlone() throws IOException {
    Page page = open(new View(LIST, 1280, ColorScheme.LIGHT));
    page.locator("input[type=search]").focus();
    page.keyboard().type("diverged");
    page.waitForFunction("() => window.thermograd.state().shown === 1");
    page.keyboard().press("Tab");
    page.keyboard().press("Enter");
    page.waitForFunction("() => window.thermograd.state().run === 'diverged'");
    page.locator(".crumbs a").focus();
    page.keyboard().press("Enter");
    page.waitForFunction("() => window.thermograd.state().view === 'runs'");
  }

  private static Object next(Page page) {
    page.keyboard().press("Tab");
    return page.evaluate(PageChecks.FOCUS);
  }

  private Page open(View view) {
    Page page = browser.open(view.width, 900, view.scheme);
    page.navigate(server.url() + view.address);
    page.waitForFunction("() => window.thermograd?.state().loaded === true");
    page.waitForTimeout(400);
    return page;
  }

  private static String axe() throws IOException {
    try (InputStream in = PageAccessibilityTest.class.getResourceAsStream(AXE)) {
      return new String(Objects.requireNonNull(in, AXE).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
