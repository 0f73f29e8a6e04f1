package io.thermograd.estimate.curvature;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.curvature.SharpnessTrack.Forecast;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharpnessTrackTest {

  @Test
  void knowsNothingBeforeTheFirstReading() {
    var track = new SharpnessTrack(0.3, 500);
    assertThat(track.at(10, 0)).isNull();
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThat(track.accept(1, bad, 0)).isFalse();
    }
    assertThat(track.at(10, 0)).isNull();
    assertThat(track.accept(5, 2, 0)).isTrue();
    assertThat(track.accept(5, 3, 0)).as("the same step").isFalse();
    assertThat(track.accept(4, 3, 0)).as("an earlier step").isFalse();
    assertThat(now(track, 5, 0).mean()).isEqualTo(StrictMath.log(2));
  }

  @Test
  void aCurvatureThatStandsStillComesToBeKnown() {
    var track = new SharpnessTrack(0.3, 500);
    double before = Double.POSITIVE_INFINITY;
    for (int i = 0; i < 12; i++) {
      track.accept(500L * i, 5, 3);
      Forecast now = now(track, 500L * i + 499, 3);
      assertThat(now.mean()).isCloseTo(Math.log(5), org.assertj.core.data.Offset.offset(1e-12));
      assertThat(now.factor() * now.error()).isLessThan(before);
      before = now.factor() * now.error();
    }
    assertThat(before).isLessThan(0.12);
  }

  /** Readings e^{a·c}, exactly: the slope is a, and the forecast follows c between readings. */
  @ParameterizedTest
  @CsvSource({"0", "0.4", "-0.3"})
  void learnsTheSlopeOnTheCovariate(double slope) {
    var track = new SharpnessTrack(0.3, 500);
    for (int i = 0; i < 6; i++) {
      track.accept(500L * i, Math.exp(slope * -i), -i);
    }
    // From 0.3, with gains that the prior's variances fix, most of the way in six readings.
    assertThat(now(track, 2_999, -6).mean())
        .isCloseTo(slope * -6, org.assertj.core.data.Offset.offset(0.05));
  }

  /**
   * Drawn from the model itself, whose scale the prior does not know: Student's interval holds the
   * next reading in 95 % of 4,000 runs (± 1 % is 3 standard errors; the plug-in scale, the cut at
   * 12 degrees and the prior's own share are worth as much again). A calmer run than the prior's
   * has wider intervals than it deserves for a while.
   */
  @ParameterizedTest
  @CsvSource({"0.02, 1", "0.05, 1", "0.08, 0.985", "0.15, 0.97"})
  void coversReadingsOfItsOwnModel(double sd, double most) {
    var random = new SplittableRandom(7);
    int runs = 4_000;
    int covered = 0;
    for (int run = 0; run < runs; run++) {
      var track = new SharpnessTrack(0.3, 500);
      double level = random.nextGaussian();
      double slope = 0.3 + 0.2 * random.nextGaussian();
      double c = 0;
      int n = 12;
      for (int i = 0; i < n; i++) {
        track.accept(500L * i, Math.exp(level + slope * c + sd * random.nextGaussian()), c);
        c += 0.2 * random.nextGaussian();
        level += (i == 0 ? Math.sqrt(30) : 1) * sd * random.nextGaussian();
      }
      Forecast now = now(track, 500L * n, c);
      double y = level + slope * c + sd * random.nextGaussian();
      if (Math.abs(y - now.mean()) <= now.factor() * now.error()) {
        covered++;
      }
    }
    assertThat((double) covered / runs).isBetween(0.93, most);
  }

  @Test
  void anUnknownCovariateMeansNoChange() {
    var track = new SharpnessTrack(0.3, 500);
    track.accept(0, 2, Double.NaN);
    track.accept(500, 2, 1);
    assertThat(now(track, 600, Double.NaN).mean()).isEqualTo(now(track, 600, 1).mean());
  }

  @RepeatedTest(10)
  void goesOnBitForBitAfterARestore(RepetitionInfo info) {
    var random = new SplittableRandom(info.getCurrentRepetition());
    var whole = new SharpnessTrack(0.3, 500);
    for (int i = 0; i < info.getCurrentRepetition(); i++) {
      whole.accept(10L * i, random.nextDouble() - 0.1, random.nextGaussian());
    }
    var restored = new SharpnessTrack(0.3, 500);
    Draws.copy(whole::writeTo, restored::readFrom);
    for (int i = 20; i < 30; i++) {
      double x = random.nextDouble();
      double c = random.nextGaussian();
      whole.accept(10L * i, x, c);
      restored.accept(10L * i, x, c);
    }
    assertThat(restored.at(500, 0)).isEqualTo(whole.at(500, 0));
    assertThat(Draws.bytes(restored::writeTo)).isEqualTo(Draws.bytes(whole::writeTo));
  }

  private static Forecast now(SharpnessTrack track, long step, double c) {
    return Objects.requireNonNull(track.at(step, c));
  }
}
