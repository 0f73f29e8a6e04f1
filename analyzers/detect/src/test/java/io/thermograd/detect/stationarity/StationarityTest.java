package io.thermograd.detect.stationarity;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.detect.States;
import io.thermograd.detect.stationarity.Standing.Drift;
import io.thermograd.detect.stationarity.Standing.Equilibrium;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StationarityTest {
  private static final int DIM = 16;

  /** SGD with momentum on ½κ‖θ‖² + a slope, with noise of unit variance in every direction. */
  private static final class Trainer {
    private final SplittableRandom random;
    private final double rate;
    private final double momentum;
    private final double slope;
    final Stationarity stationarity;
    private final double[] theta = new double[DIM];
    private final double[] velocity = new double[DIM];
    private double[] before = new double[DIM];
    private long step;
    private long batch = 1;

    Trainer(long seed, double rate, double momentum, double slope) {
      random = new SplittableRandom(seed);
      this.rate = rate;
      this.momentum = momentum;
      this.slope = slope;
      stationarity = new Stationarity(settings(momentum));
    }

    static RunSettings settings(double momentum) {
      return RunSettings.of(Optimizer.MOMENTUM).withMomentum(momentum);
    }

    TrainingStep next(double loss) {
      float[] sketch = new float[DIM];
      for (int i = 0; i < DIM; i++) {
        sketch[i] = (float) theta[i];
      }
      return TrainingStep.at(step++, step)
          .loss(loss)
          .learningRate(rate)
          .batchSize(batch)
          .motion(new Motion(sketch, null, null))
          .build();
    }

    /** Curvature 1 in all directions but the last, which is a slope instead. */
    void run(int steps) {
      for (int t = 0; t < steps; t++) {
        double loss = 1;
        double dot = 0;
        double sqnorm = 0;
        double[] now = new double[DIM];
        for (int i = 0; i < DIM; i++) {
          boolean flat = i == DIM - 1;
          loss += flat ? -slope * theta[i] : 0.5 * theta[i] * theta[i];
          now[i] =
              (flat ? -slope : theta[i]) + (flat ? 0 : random.nextGaussian() / Math.sqrt(batch));
          dot += now[i] * before[i];
          sqnorm += now[i] * now[i];
        }
        stationarity.accept(next(loss), step == 1 ? Double.NaN : dot, sqnorm);
        for (int i = 0; i < DIM; i++) {
          velocity[i] = momentum * velocity[i] - rate * now[i];
          theta[i] += velocity[i];
        }
        before = now;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.9})
  void equilibriumIsFlatAndInBalance(double momentum) {
    int found = 0;
    for (int seed = 0; seed < 20; seed++) {
      Trainer trainer = new Trainer(seed, 0.1 * (1 - momentum), momentum, 0);
      trainer.run(4_000);
      found +=
          trainer.stationarity.drift() == Drift.FLAT
                  && trainer.stationarity.equilibrium() == Equilibrium.HOLDS
              ? 1
              : 0;
    }
    assertThat(found).isGreaterThanOrEqualTo(19);
  }

  @Test
  void aDescentBesideTheNoiseIsNotInBalance() {
    for (int seed = 0; seed < 10; seed++) {
      // Downhill by η·0.3² = 0.009 a step, under noise that moves the loss by 0.15. Squared, the
      // way
      // of 128 steps is 15, their path ‖Δθ‖² is 128·(η²·15) = 19.
      Trainer trainer = new Trainer(seed, 0.1, 0, 0.3);
      int flat = 0;
      for (int t = 0; t < 3_000; t++) {
        trainer.run(1);
        flat += trainer.stationarity.drift() == Drift.FLAT ? 1 : 0;
      }
      assertThat(flat).isLessThan(30);
      assertThat(trainer.stationarity.drift()).isEqualTo(Drift.FALLING);
    }
  }

  /** Var(g) = 2σ²/(2 − ηκ), Cov(g′, g) = −σ²ηκ/(2 − ηκ): ρ = −ηκ/2. */
  @ParameterizedTest
  @ValueSource(doubles = {0.2, 0.6, 1.4, 1.8})
  void successiveGradientsOscillateBeyondHalfTheStabilityLimit(double rate) {
    Trainer trainer = new Trainer(1, rate, 0, 0);
    trainer.run(2_000);
    // 16 directions over some 70 steps: σ/√(16·72·2) = 0.02 at most.
    assertThat(trainer.stationarity.gradientCorrelation())
        .isCloseTo(-rate / 2, org.assertj.core.api.Assertions.within(0.08));
    assertThat(trainer.stationarity.overshooting()).isEqualTo(rate > 1);
  }

  @Test
  void theRadiusIsThatOfTheStationaryLaw() {
    double rate = 0.1;
    Trainer trainer = new Trainer(3, rate, 0, 0);
    trainer.run(6_000);
    QuantityList list = new QuantityList();
    trainer.stationarity.describe(list);
    // tr C = (d − 1)·η/(2 − η); the last direction does not move. Within the window's own spread.
    double exact = Math.sqrt((DIM - 1) * rate / (2 - rate));
    var radius = Objects.requireNonNull(list.quantities().get(QuantityName.LYAPUNOV_RADIUS.id()));
    assertThat(radius.low()).isLessThan(1.2 * exact);
    assertThat(radius.high()).isGreaterThan(exact / 1.2);
  }

  /**
   * AR(1) of 0.8: τ = 1.8/0.2 = 9. Another level every 300 steps, as in basins of unequal depth.
   */
  @Test
  void theTimeOfAStayHasNoHopsInIt() {
    int longer = 0;
    for (int seed = 0; seed < 10; seed++) {
      SplittableRandom random = new SplittableRandom(100 + seed);
      Stationarity stationarity = new Stationarity(Trainer.settings(0));
      double x = 0;
      for (int t = 0; t < 9_000; t++) {
        x = 0.8 * x + 0.6 * random.nextGaussian();
        if (t % 300 == 299) {
          stationarity.hop();
        }
        double level = t / 300 % 2 == 0 ? 10 : 11;
        stationarity.accept(TrainingStep.at(t, t).loss(level + x).build(), Double.NaN, 1);
      }
      // Standard error of one stay of 300, by Madras and Sokal: √(2(2·18 + 1)/300), a half.
      assertThat(stationarity.stayTime()).isBetween(9 / 3.0, 9 * 2.5);
      longer += stationarity.autocorrelationTime() > 27 ? 1 : 0;
    }
    // Unless the loss of late was called to have moved, which begins its memory anew.
    assertThat(longer).isGreaterThanOrEqualTo(5);
  }

  /** What was one stay had been several, since basins were not told apart yet. */
  @Test
  void aRedrawnMapForgetsTheTimeOfStays() {
    SplittableRandom random = new SplittableRandom(5);
    Stationarity stationarity = new Stationarity(Trainer.settings(0));
    double x = 0;
    for (int t = 0; t < 6_000; t++) {
      x = 0.8 * x + 0.6 * random.nextGaussian();
      if (t == 3_000) {
        // Of levels five deviations apart the longest autocorrelation is that of their changes.
        assertThat(stationarity.stayTime()).isGreaterThan(9 * 4);
        stationarity.redraw(0);
      } else if (t > 3_000 && t % 300 == 0) {
        stationarity.hop();
      }
      double level = t / 300 % 2 == 0 ? 10 : 15;
      stationarity.accept(TrainingStep.at(t, t).loss(level + x).build(), Double.NaN, 1);
    }
    assertThat(stationarity.stayTime()).isBetween(9 / 3.0, 9 * 2.5);
  }

  /** Another basin's level is no drift; what the loss does there is. */
  @Test
  void aHopIsNoDriftAndHidesNone() {
    for (int seed = 0; seed < 10; seed++) {
      SplittableRandom random = new SplittableRandom(300 + seed);
      Stationarity told = new Stationarity(Trainer.settings(0));
      Stationarity untold = new Stationarity(Trainer.settings(0));
      int drifts = 0;
      int untoldDrifts = 0;
      for (int t = 0; t < 5_000; t++) {
        if (t == 2_000 || t == 3_000) {
          told.hop();
        }
        double level = t >= 2_000 && t < 3_000 ? 9 : 10;
        double fall = t < 4_000 ? 0 : 1e-3 * (t - 4_000);
        double loss = level - fall + 0.05 * random.nextGaussian();
        TrainingStep step = TrainingStep.at(t, t).loss(loss).build();
        told.accept(step, Double.NaN, 1);
        untold.accept(step, Double.NaN, 1);
        if (t >= 1_000 && t < 4_000) {
          drifts += moves(told) ? 1 : 0;
          untoldDrifts += moves(untold) ? 1 : 0;
        }
      }
      assertThat(drifts).isZero();
      assertThat(untoldDrifts).isPositive();
      // 1,000 steps of a fiftieth of a deviation each.
      assertThat(told.drift()).isEqualTo(Drift.FALLING);
    }
  }

  private static boolean moves(Stationarity stationarity) {
    return stationarity.drift() == Drift.FALLING || stationarity.drift() == Drift.RISING;
  }

  /**
   * Noise of a quarter from a step on: the floor's excess falls from 0.39 to 0.025. φ = (1 − η)² of
   * the loss, τ = (1 + φ)/(1 − φ) = 9.5 before as behind.
   */
  @Test
  void aFloorThatMovesWithTheBatchIsNoMemory() {
    int right = 0;
    for (int seed = 0; seed < 20; seed++) {
      Trainer trainer = new Trainer(200 + seed, 0.1, 0, 0);
      trainer.run(3_000);
      trainer.batch = 16;
      trainer.run(1_500);
      double time = trainer.stationarity.autocorrelationTime();
      right +=
          trainer.stationarity.drift() == Drift.FLAT && time > 9.5 / 2 && time < 9.5 * 2 ? 1 : 0;
    }
    assertThat(right).isGreaterThanOrEqualTo(18);
  }

  /**
   * 0.02 + 0.03·e^(−t/200), and from step 500 on 0.1·e^(−u/60) more. The median of the 64 before is
   * 0.0229; 1.2 times as much is passed at u = 172. (The exponential mean, with its scatter, stands
   * at 0.042, and that is passed at u = 98.)
   */
  @Test
  void aSpikeOutOfAFallEndsWhereTheFallHadComeTo() {
    SplittableRandom random = new SplittableRandom(7);
    Stationarity stationarity = new Stationarity(Trainer.settings(0));
    long first = -1;
    long last = -1;
    for (int t = 0; t < 800; t++) {
      double loss = 0.02 + 0.03 * Math.exp(-t / 200.0) + 0.0005 * random.nextGaussian();
      loss += t < 500 ? 0 : 0.1 * Math.exp(-(t - 500) / 60.0);
      stationarity.accept(TrainingStep.at(t, t).loss(loss).build(), Double.NaN, 1);
      first = stationarity.jumped() && first < 0 ? t : first;
      last = stationarity.jumped() ? t : last;
    }
    assertThat(first).isBetween(500L, 510L);
    assertThat(last).isBetween(655L, 690L);
  }

  @Test
  void nonFiniteLossesChangeNothing() {
    Trainer trainer = new Trainer(4, 0.1, 0, 0);
    trainer.run(500);
    Standing before = trainer.stationarity.standing();
    long count = trainer.stationarity.count();
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
      trainer.stationarity.accept(trainer.next(bad), Double.NaN, Double.NaN);
    }
    assertThat(trainer.stationarity.standing()).isEqualTo(before);
    assertThat(trainer.stationarity.count()).isEqualTo(count);
  }

  @Test
  void goesOnBitForBitAfterARestore() {
    Trainer trainer = new Trainer(5, 0.1, 0, 0);
    trainer.run(777);
    Stationarity copy = new Stationarity(Trainer.settings(0));
    States.copy(trainer.stationarity::writeTo, copy::readFrom);
    SplittableRandom random = new SplittableRandom(6);
    for (int t = 0; t < 900; t++) {
      TrainingStep step = trainer.next(1 + 0.2 * random.nextGaussian());
      trainer.stationarity.accept(step, 0.1, 1);
      copy.accept(step, 0.1, 1);
    }
    assertThat(copy.standing()).isEqualTo(trainer.stationarity.standing());
    assertThat(States.bytes(copy::writeTo)).isEqualTo(States.bytes(trainer.stationarity::writeTo));
  }
}
