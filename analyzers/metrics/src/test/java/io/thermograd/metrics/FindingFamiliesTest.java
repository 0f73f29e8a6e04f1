package io.thermograd.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FindingFamiliesTest {
  @Test
  void bothIntervalsOfAnAverageAreSeriesOfOneName() {
    try (ThermogradMetrics metrics = new ThermogradMetrics()) {
      metrics.publish(Insights.full("r", 1), Map.of());
      String text = metrics.scrape();
      assertThat(text)
          .contains(
              "thermograd_tracked_average{estimator=\"random_scaling\",name=\"accuracy\",run=\"r\"} 0.9",
              "thermograd_tracked_average_lower{estimator=\"batch_means\",name=\"accuracy\",run=\"r\"}"
                  + " 0.85",
              "thermograd_forecasts_scored_total{forecast=\"escape_steps\",run=\"r\"} 10.0",
              "thermograd_forecasts_covered_total{forecast=\"escape_steps\",run=\"r\"} 9.0",
              "thermograd_forecasts_voided_total{forecast=\"escape_steps\",run=\"r\"} 2.0",
              "thermograd_forecast_log_score{forecast=\"escape_steps\",run=\"r\"} -4.5");
    }
  }
}
