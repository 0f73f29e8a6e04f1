package io.thermograd.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.QuantityName;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** METRICS.md says what is exported, all of it, and nothing else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsDocTest {
  private List<String> lines = List.of();
  private Scrape scrape = Scrape.parse("");

  @BeforeAll
  void readAndScrape() throws IOException, InterruptedException {
    lines = Files.readAllLines(Path.of("..", "..", "METRICS.md"));
    try (ThermogradMetrics metrics = new ThermogradMetrics()) {
      metrics.publish(Insights.full("r", 1), Map.of("team", "x"));
      metrics.alert(Insights.alert("r", "divergence", Severity.CRITICAL));
      metrics.lag(0, 1);
      metrics.workerHealthy(true);
      metrics.collector();
      // Pauses are exported from the first one on, and told by a notification.
      for (int i = 0; i < 100 && !metrics.scrape().contains("jvm_gc_pause_seconds"); i++) {
        System.gc();
        Thread.sleep(20);
      }
      scrape = Scrape.of(metrics);
    }
  }

  /** First cell of every table row that names a metric, to the row's cells. */
  private Map<String, List<String>> documented() {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    for (String line : lines) {
      if (line.startsWith("| `")) {
        List<String> cells = new ArrayList<>();
        for (String cell : line.substring(1, line.length() - 1).split("\\|", -1)) {
          cells.add(cell.trim());
        }
        String name = cells.get(0).replace("`", "");
        if (name.matches("(thermograd|jvm|process|system)_\\w+")) {
          assertThat(rows.put(name, cells)).as("%s is documented twice", name).isNull();
        }
      }
    }
    return rows;
  }

  private static boolean isQuantity(String family) {
    return Arrays.stream(QuantityName.values())
        .anyMatch(q -> family.equals("thermograd_" + q.id()));
  }

  private static String withoutBound(String family) {
    String plain = family.replaceAll("_(lower|upper)$", "");
    return isQuantity(plain) ? plain : family;
  }

  @Test
  void everyExportedFamilyIsDocumentedAndTheOtherWayRound() {
    Set<String> exported = new TreeSet<>();
    scrape.types().keySet().forEach(f -> exported.add(withoutBound(f)));

    assertThat(documented().keySet()).containsExactlyInAnyOrderElementsOf(exported);
  }

  @Test
  void quantitiesAreThoseOfTheWireWithTheirUnitsAndMeaning() {
    Map<String, List<String>> rows = documented();
    for (QuantityName q : QuantityName.values()) {
      List<String> cells = rows.getOrDefault("thermograd_" + q.id(), List.of());
      assertThat(cells).as(q.id()).hasSize(5);
      assertThat(cells.subList(1, 3)).as(q.id()).containsExactly(q.unit(), q.meaning());
      assertThat(cells.get(4)).as("%s: absent when", q.id()).isNotEmpty();
    }
  }

  @Test
  void theSectionsThatAreReferredToExist() {
    documented()
        .forEach(
            (name, cells) -> {
              if (isQuantity(name)) {
                assertThat(lines)
                    .as("section of %s", name)
                    .anyMatch(l -> l.startsWith("**" + cells.get(3) + ". "));
              }
            });
  }

  @Test
  void typesAndLabelsAreAsDocumented() {
    Map<String, String> types = scrape.types();
    documented()
        .forEach(
            (name, cells) -> {
              if (isQuantity(name)) {
                assertThat(types).containsEntry(name, "gauge");
                return;
              }
              assertThat(cells.get(1)).as("type of %s", name).isEqualTo(types.get(name));
              Set<String> labels = new TreeSet<>();
              for (String label : cells.get(2).split(",", -1)) {
                if (!label.isBlank()) {
                  labels.add(label.trim().replace("`", ""));
                }
              }
              if (labels.contains("run")) {
                labels.add("team");
              }
              scrape.samples().keySet().stream()
                  .filter(s -> s.matches(name + "(_count|_sum)?(\\{.*)?"))
                  .forEach(s -> assertThat(Scrape.labelNames(s)).as(s).isEqualTo(labels));
            });
  }

  @Test
  void everyReasonOfRejectionIsExplained() {
    String text = String.join("\n", lines);
    for (RejectionKind kind : RejectionKind.values()) {
      assertThat(text).contains("`" + kind.id() + "`");
    }
  }
}
