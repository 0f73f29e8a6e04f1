package io.thermograd.live;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;

/** Takes pictures of a running preview by hand: URL, folder, then addresses below it. */
final class Shots {
  private Shots() {}

  public static void main(String[] args) {
    try (Browser browser = Browser.launch()) {
      for (int a = 2; a < args.length; a++) {
        for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
          for (int width : new int[] {1280, 390}) {
            if (args.length > 4 && (scheme == ColorScheme.DARK) == (width == 1280)) {
              continue;
            }
            Page page = browser.open(width, 900, scheme);
            page.navigate(args[0] + args[a]);
            page.waitForTimeout(1_500);
            page.screenshot(
                new Page.ScreenshotOptions()
                    .setFullPage(true)
                    .setPath(
                        Path.of(
                            args[1],
                            a + "-" + scheme.name().toLowerCase() + "-" + width + ".png")));
            page.context().close();
          }
        }
      }
      browser.takeErrors().forEach(System.out::println);
    }
  }
}
