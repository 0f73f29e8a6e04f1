package io.thermograd.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.thermograd.app.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the documents for newcomers name exists, and what they tell to type is understood. */
class ReadmeTest {
  private static final Pattern COMMAND = Pattern.compile("\\./thermograd\\b *([^`|#\\n]*)");
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|mailto:)([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+?) *$");

  /** A path in backquotes: has a slash or a known ending, and no placeholder. */
  private static final Pattern NAMED =
      Pattern.compile("`((?:\\./)?(?:[\\w.-]+/)+[\\w.-]*|[\\w-]+\\.(?:md|yml|xml))`");

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "CONTRIBUTING.md", "RATIONALE.md"})
  void everyCommandLineIsUnderstood(String document) {
    List<String> lines = new ArrayList<>();
    Matcher m = COMMAND.matcher(text(document));
    while (m.find()) {
      lines.add(m.group(1).strip());
    }
    if (document.equals("README.md")) {
      assertThat(lines).contains("demo").hasSizeGreaterThan(5);
    }
    for (String line : lines) {
      String[] arguments = line.isEmpty() ? new String[0] : line.split("\\s+");
      assertThatCode(() -> new CommandLine(Main.class).parseArgs(arguments))
          .as("%s: ./thermograd %s", document, line)
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"README.md", "CONTRIBUTING.md", "RATIONALE.md", "METRICS.md", "CHANGELOG.md"})
  void everyLinkLeadsSomewhere(String document) {
    Matcher m = LINK.matcher(text(document));
    while (m.find()) {
      String[] parts = m.group(1).split("#", 2);
      String target = parts[0].isEmpty() ? document : parts[0];
      assertThat(Repository.path(target)).as("%s links to %s", document, m.group(1)).exists();
      if (parts.length == 2) {
        assertThat(anchors(target)).as("headings of %s", target).contains(parts[1]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "CONTRIBUTING.md", "RATIONALE.md"})
  void everyFileNamedExists(String document) {
    Matcher m = NAMED.matcher(text(document));
    while (m.find()) {
      assertThat(Repository.path(m.group(1))).as("%s names %s", document, m.group(1)).exists();
    }
  }

  /** As GitHub makes them. */
  private static List<String> anchors(String document) {
    return HEADING
        .matcher(text(document))
        .results()
        .map(
            h ->
                h.group(1)
                    .toLowerCase(java.util.Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-'))
        .toList();
  }

  private static String text(String document) {
    Path path = Repository.path(document);
    assertThat(path).exists();
    try {
      return Files.readString(path);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
