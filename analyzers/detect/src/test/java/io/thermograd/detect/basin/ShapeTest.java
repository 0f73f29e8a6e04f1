package io.thermograd.detect.basin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ShapeTest {
  private static final double FLOOR = 0.7;
  private static final double LOG_DET = Math.log(4 * 9 - 2 * 2);
  private static final Temperature HEAT = new Temperature(1, 1, 1);

  /** L = 0.7 + 2(x−1)² + 4.5(y+3)² + 2(x−1)(y+3) at normal places. */
  private static Trail bowl(int points, double noise, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Trail trail = new Trail(2);
    for (int p = 0; p < points; p++) {
      double x = 0.5 * random.nextGaussian();
      double y = 0.3 * random.nextGaussian();
      double loss = FLOOR + 2 * x * x + 4.5 * y * y + 2 * x * y + noise * random.nextGaussian();
      trail.keep(new double[] {x + 1, y - 3}, loss, p, p, HEAT);
    }
    return trail;
  }

  private static int[] all(int points) {
    int[] places = new int[points];
    Arrays.fill(places, 1);
    return places;
  }

  @Test
  void aQuadraticIsRecovered() {
    Shape shape = Shape.of(bowl(400, 0, 1), all(400), 1);
    // The trail keeps floats.
    assertThat(shape.floor()).isCloseTo(FLOOR, within(1e-5));
    assertThat(shape.logCurvature()).isCloseTo(LOG_DET, within(1e-4));
    assertThat(shape.known()).isTrue();
  }

  @Test
  void errorsAreThoseOfTheNoise() {
    int seeds = 300;
    double floors = 0;
    double curvatures = 0;
    for (int s = 0; s < seeds; s++) {
      Shape shape = Shape.of(bowl(400, 0.3, s), all(400), 1);
      floors += square((shape.floor() - FLOOR) / shape.floorError()) / seeds;
      curvatures += square((shape.logCurvature() - LOG_DET) / shape.curvatureError()) / seeds;
    }
    // A jackknife of eight has t's tails: squares of mean 7/5.
    assertThat(floors).isBetween(1.0, 2.0);
    assertThat(curvatures).isBetween(1.0, 2.0);
  }

  private static double square(double x) {
    return x * x;
  }

  @Test
  void tooFewPointsOrNoneDoNotTell() {
    assertThat(Shape.of(bowl(400, 0, 1), new int[400], 1).known()).isFalse();
    assertThat(Shape.of(bowl(30, 0, 1), all(30), 1).known()).isFalse();
  }

  @Test
  void aSaddleHasNoFloor() {
    Trail trail = new Trail(1);
    for (int p = 0; p < 200; p++) {
      double x = (p - 100) / 100.0;
      trail.keep(new double[] {x}, -x * x, p, p, HEAT);
    }
    assertThat(Shape.of(trail, all(200), 1).known()).isFalse();
  }
}
