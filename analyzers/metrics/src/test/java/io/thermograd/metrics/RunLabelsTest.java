package io.thermograd.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunLabelsTest {

  @ParameterizedTest
  @CsvSource({
    "team, team",
    "git.branch, git_branch",
    "größe, gr__e",
    "2nd, label_2nd",
    "__name__, label___name__",
    "run, label_run",
    "job, label_job",
    "le, label_le",
    "estimator, label_estimator",
    "alertname, label_alertname",
  })
  void namesAreMadeValidAndTakeNobodyElses(String given, String exported) {
    Labels labels = RunLabels.of("r", Map.of(given, "v")).labels();

    assertThat(labels.stream().map(Label::getName)).containsExactlyInAnyOrder("run", exported);
    assertThat(labels.get("run")).isEqualTo("r");
    assertThat(labels.get(exported)).isEqualTo("v");
  }

  @Test
  void anEmptyNameIsStillALabel() {
    assertThat(RunLabels.of("r", Map.of("", "v")).labels().get("label_")).isEqualTo("v");
  }

  @Test
  void keepsTheFirstEightByNameAndCountsTheRest() {
    Map<String, String> own = new LinkedHashMap<>();
    for (char c = 'l'; c >= 'a'; c--) {
      own.put(String.valueOf(c), "v");
    }
    RunLabels made = RunLabels.of("r", own);

    assertThat(made.labels().stream().map(Label::getName))
        .containsExactlyInAnyOrder("run", "a", "b", "c", "d", "e", "f", "g", "h");
    assertThat(made.dropped()).isEqualTo(4);
  }

  @Test
  void namesThatBecomeTheSameAreKeptOnce() {
    RunLabels made = RunLabels.of("r", Map.of("a.b", "first", "a/b", "second"));

    assertThat(made.labels().get("a_b")).isEqualTo("first");
    assertThat(made.dropped()).isEqualTo(1);
  }

  @Test
  void valuesAreCutBetweenCharacters() {
    String long129 = "x".repeat(127) + "\uD83D\uDD25" + "y";

    Labels labels = RunLabels.of("r", Map.of("a", long129, "b", "z".repeat(500))).labels();

    assertThat(labels.get("a")).isEqualTo("x".repeat(127));
    assertThat(labels.get("b")).hasSize(RunLabels.MAX_VALUE);
  }

  @Test
  void anEmptyValueIsNoLabelAndNoLoss() {
    RunLabels made = RunLabels.of("r", Map.of("team", ""));

    assertThat(made.labels().size()).isEqualTo(1);
    assertThat(made.dropped()).isZero();
  }
}
