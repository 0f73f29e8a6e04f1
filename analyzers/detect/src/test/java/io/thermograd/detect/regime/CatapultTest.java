package io.thermograd.detect.regime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Gradient descent on f = (uv)²/2, whose sharpness on the ridge is u² + v²: beyond η(u² + v²) = 2
 * it climbs, and comes down where that is below 2 (A. Lewkowycz et al., arXiv:2003.02218).
 */
class CatapultTest {
  private static final double NONE = Double.NaN;

  @Test
  void aCatapultOfKnownLawIsOne() {
    for (double product : new double[] {2.2, 2.6, 3, 3.4}) {
      Catapult catapult = new Catapult();
      double u = Math.sqrt(product);
      double v = 1e-3;
      double start = 0.5 * u * u * v * v;
      boolean high = false;
      double first = u * u + v * v;
      for (int t = 0; t < 300; t++) {
        // Unit learning rate: f's limit is u² + v² = 2.
        double loss = 0.5 * u * u * v * v;
        high = high ? loss > start : loss > 4 * start;
        catapult.accept(t, high, t % 20 == 0 ? u * u + v * v : NONE);
        double f = u * v;
        double next = u - f * v;
        v -= f * u;
        u = next;
      }
      assertThat(u * u + v * v).isLessThan(2);
      assertThat(catapult.lowered()).as("η·sharpness %s", product).isTrue();
      assertThat(catapult.before()).isBetween(0.99 * first, 1.01 * first);
      assertThat(catapult.after()).isLessThan(2.01);
    }
  }

  @Test
  void aBadBatchIsNone() {
    Catapult catapult = new Catapult();
    for (int t = 0; t < 400; t++) {
      catapult.accept(t, t >= 100 && t < 110, t % 20 == 0 ? 5 + 0.2 * Math.sin(t) : NONE);
    }
    assertThat(catapult.after()).isFinite();
    assertThat(catapult.lowered()).isFalse();
  }

  @Test
  void withoutAProbeOnBothSidesNothingIsSaid() {
    Catapult late = new Catapult();
    Catapult stale = new Catapult();
    Catapult unasked = new Catapult();
    for (int t = 0; t < 3000; t++) {
      boolean high = t >= 1000 && t < 1020;
      late.accept(t, high, t == 990 ? 8 : t == 2000 ? 4 : NONE);
      stale.accept(t, high, t == 10 ? 8 : t == 1030 ? 4 : NONE);
      unasked.accept(t, high, t == 990 ? 8 : t == 1010 ? NONE : NONE);
      assertThat(late.lowered() || stale.lowered() || unasked.lowered()).isFalse();
    }
  }

  @Test
  void readingsThatAreNoneAreNotUsed() {
    Catapult catapult = new Catapult();
    for (int t = 0; t < 100; t++) {
      double reading = t % 3 == 0 ? -1 : t % 3 == 1 ? Double.POSITIVE_INFINITY : 0;
      catapult.accept(t, t > 50 && t < 60, reading);
    }
    assertThat(catapult.before()).isNaN();
    assertThat(catapult.after()).isNaN();
  }

  @Test
  void goesOnAfterARestore() throws IOException {
    Catapult catapult = new Catapult();
    Catapult other = new Catapult();
    for (int t = 0; t < 300; t++) {
      if (t % 37 == 0) {
        var bytes = new ByteArrayOutputStream();
        catapult.writeTo(new DataOutputStream(bytes));
        other = new Catapult();
        other.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
      }
      double reading = t % 20 == 0 ? 9 - t / 100.0 * 2 : NONE;
      catapult.accept(t, t >= 100 && t < 140, reading);
      other.accept(t, t >= 100 && t < 140, reading);
      assertThat(other.lowered()).isEqualTo(catapult.lowered());
      assertThat(other.before()).isEqualTo(Double.valueOf(catapult.before()));
      assertThat(other.after()).isEqualTo(Double.valueOf(catapult.after()));
      assertThat(other.since()).isEqualTo(catapult.since());
      assertThat(other.endedWithin(t, 50)).isEqualTo(catapult.endedWithin(t, 50));
    }
    assertThat(catapult.since()).isEqualTo(100);
  }
}
