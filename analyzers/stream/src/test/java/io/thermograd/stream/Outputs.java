package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import io.thermograd.wire.Verdict;
import java.util.Set;
import java.util.regex.Pattern;

/** What holds of everything a fold says, whatever it was fed. */
final class Outputs {
  private static final Pattern GARBAGE =
      Pattern.compile("NaN|null|Infinity|%[.,\\d]*[dgfs]|--|\\.\\.");

  private static final Set<String> MAY_BE_NEGATIVE =
      Set.of(
          "loss",
          "loss_drift",
          "fluctuation_dissipation_ratio",
          "pflug_statistic",
          "critical_slowing_down",
          "gradient_sqnorm",
          "noise_kurtosis",
          "curvature_rayleigh",
          "averaged_loss_change",
          "sharpness_disagreement",
          "noise_curvature_alignment",
          "noise_curvature_slope");

  private Outputs() {}

  static void check(Collected output) {
    output.insights.forEach(Outputs::check);
    output.alerts.forEach(Outputs::check);
  }

  private static void check(Insight insight) {
    Verdict verdict = insight.verdict();
    assertThat(verdict).isNotNull();
    if (verdict != null) {
      sane(verdict.title());
      sane(verdict.why());
      sane(verdict.next());
      // A rise that runs away is a divergence before it is reason enough to wake somebody.
      if (verdict.severity() == Severity.CRITICAL) {
        // Or has been, and left the run on a worse level.
        assertThat(
                insight.regime() == Regime.DIVERGING
                    || verdict.title().startsWith("Not recovered from the divergence"))
            .as("%s: %s", insight.regime(), verdict.title())
            .isTrue();
      }
    }
    assertThat(insight.absent().containsKey("regime")).isEqualTo(insight.regime() == null);
    insight.absent().values().forEach(Outputs::sane);
    for (QuantityName name : QuantityName.values()) {
      assertThat(
              insight.quantities().containsKey(name.id())
                  || insight.vectors().containsKey(name.id())
                  || insight.absent().containsKey(name.id()))
          .as("%s, or why it is absent", name.id())
          .isTrue();
    }
    insight
        .quantities()
        .forEach(
            (name, q) -> {
              check(name, q);
              assertThat(insight.absent().containsKey(name)).isEqualTo(q.value() == null);
            });
  }

  private static void check(String name, Quantity q) {
    Double value = q.value();
    Double low = q.low();
    Double high = q.high();
    if (value != null && low != null && high != null) {
      // Ends may come out a rounding beyond the value.
      double rounding = 1e-9 * Math.abs(value);
      assertThat(low - rounding).as(name).isLessThanOrEqualTo(value);
      assertThat(high + rounding).as(name).isGreaterThanOrEqualTo(value);
    }
    if (low != null && !MAY_BE_NEGATIVE.contains(name)) {
      assertThat(low).as(name).isNotNegative();
    }
  }

  private static void check(Alert alert) {
    sane(alert.title());
    sane(alert.evidence().replaceAll("loss (NaN|-?Infinity)", ""));
    sane(alert.next());
  }

  private static void sane(String sentence) {
    assertThat(sentence).isNotBlank();
    assertThat(GARBAGE.matcher(sentence).find()).as(sentence).isFalse();
  }
}
