package io.thermograd.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The colours of the style sheet against WCAG 2.1 AA, theme by theme: 4.5 : 1 for text (criterion
 * 1.4.3), 3 : 1 for lines and marks (1.4.11). The page's own text is looked at in {@link
 * LivePageTest}; what is drawn on a canvas no tool sees.
 */
class ContrastTest {
  private static final Pattern BLOCK = Pattern.compile("(:root[^{]*)\\{([^}]*)}");
  private static final Pattern COLOUR = Pattern.compile("--([\\w-]+): *(#[0-9a-f]{6})");
  private static final List<String> TEXT =
      List.of("text", "text-muted", "link", "ok", "info", "warning", "critical");

  @Test
  void textIsLegible() throws IOException {
    for (Map<String, String> theme : themes()) {
      for (String text : TEXT) {
        for (String ground : List.of("bg", "surface", "raised")) {
          require(theme, text, ground, 4.5);
        }
      }
      for (String severity : List.of("ok", "info", "warning", "critical")) {
        for (String text : List.of("text", "text-muted", severity)) {
          require(theme, text, severity + "-soft", 4.5);
        }
      }
      require(theme, "chart-reference", "surface", 4.5); // names of reference lines
    }
  }

  @Test
  void linesAndMarksStandOut() throws IOException {
    for (Map<String, String> theme : themes()) {
      Stream.concat(
              Stream.of("focus"),
              theme.keySet().stream()
                  .filter(name -> name.matches("(chart|regime|basin)-.*"))
                  // Grid lines are not the data; no regime is drawn as an empty stretch.
                  .filter(name -> !List.of("chart-grid", "regime-unidentified").contains(name)))
          .forEach(name -> require(theme, name, "surface", 3));
    }
  }

  @Test
  void knowsTheRatiosOfTheStandard() {
    assertThat(contrast("#000000", "#ffffff")).isEqualTo(21);
    // WebAIM's checker: 4.54 : 1.
    assertThat(contrast("#767676", "#ffffff")).isBetween(4.535, 4.545);
  }

  private static void require(Map<String, String> theme, String mark, String ground, double least) {
    assertThat(contrast(colour(theme, mark), colour(theme, ground)))
        .as("%s on %s, %s", mark, ground, theme.get("theme"))
        .isGreaterThanOrEqualTo(least);
  }

  private static String colour(Map<String, String> theme, String name) {
    return Objects.requireNonNull(theme.get(name), () -> "style.css has no --" + name);
  }

  /** The colours of each theme that sets them. */
  private static List<Map<String, String>> themes() throws IOException {
    var themes = new ArrayList<Map<String, String>>();
    Matcher block = BLOCK.matcher(style());
    while (block.find()) {
      var theme = new HashMap<String, String>();
      Matcher colour = COLOUR.matcher(block.group(2));
      while (colour.find()) {
        theme.put(colour.group(1), colour.group(2));
      }
      if (!theme.isEmpty()) {
        theme.put("theme", block.group(1).strip());
        themes.add(theme);
      }
    }
    assertThat(themes).hasSize(3); // light; dark by the system's choice; dark by the reader's
    return themes;
  }

  private static String style() throws IOException {
    try (InputStream in = ContrastTest.class.getResourceAsStream("page/style.css")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** (L₁ + 0.05)/(L₂ + 0.05) of the relative luminances, the lighter first. */
  private static double contrast(String one, String other) {
    double a = luminance(one);
    double b = luminance(other);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  private static double luminance(String colour) {
    double[] linear = new double[3];
    for (int i = 0; i < 3; i++) {
      double c = Integer.parseInt(colour, 1 + 2 * i, 3 + 2 * i, 16) / 255.0;
      linear[i] = c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }
}
