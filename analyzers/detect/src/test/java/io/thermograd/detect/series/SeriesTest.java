package io.thermograd.detect.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.detect.States;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final double[] SERIES = {2, 3, 1, 5, 4, 8, 7, 6, 9, 12, 10, 11, 13, 15, 14, 20};

  /** x_t = φx_{t−1} + noise; τ = (1+φ)/(1−φ). */
  private static final class Autoregression {
    private final SplittableRandom random;
    private final double phi;
    private double x;

    Autoregression(double phi, long seed) {
      this.phi = phi;
      random = new SplittableRandom(seed);
      x = random.nextGaussian();
    }

    double next() {
      x = phi * x + Math.sqrt(1 - phi * phi) * random.nextGaussian();
      return x;
    }
  }

  @Test
  void batchesAreThoseOfTheWholeWindow() {
    BatchMeans batches = new BatchMeans(6);
    SplittableRandom random = new SplittableRandom(1);
    double[] x = new double[512];
    for (int t = 0; t < x.length; t++) {
      x[t] = 1e8 + random.nextGaussian();
      batches.accept(x[t]);
    }
    for (int level = 0; level < 6; level++) {
      int length = 1 << level;
      double variance = 0;
      for (int b = 0; b < BatchMeans.BATCHES; b++) {
        int from = x.length - (BatchMeans.BATCHES - b) * length;
        double mean = 0;
        for (int i = 0; i < length; i++) {
          mean += x[from + i] / length;
        }
        assertThat(batches.mean(level, b)).isCloseTo(mean, within(1e-6));
        for (int i = 0; i < length; i++) {
          variance += (x[from + i] - mean) * (x[from + i] - mean) / length / BatchMeans.BATCHES;
        }
      }
      assertThat(batches.variance(level)).isCloseTo(variance, within(1e-6));
    }
  }

  @Test
  void mediansDoNotKnowTheLastFewValues() {
    BatchMeans batches = new BatchMeans(2);
    for (int t = 1; t <= 28; t++) {
      batches.accept(t);
    }
    for (int t = 0; t < 4; t++) {
      batches.accept(1e6);
    }
    // Means 1.5, 3.5, … 27.5 and two of 10⁶; numpy 1.24.2, median
    assertThat(batches.medianMean(1)).isEqualTo(16.5);
    // Variance of a pair 0.25; squares of ±1 to ±15: the middle two are 49 and 81.
    assertThat(batches.medianVariance(1)).isCloseTo(0.25 + 1.4826 * 1.4826 * 65, within(1e-9));
  }

  @Test
  void slopesAreThoseOfNumpy() {
    BatchMeans batches = new BatchMeans(1);
    for (double x : SERIES) {
      batches.accept(x);
    }
    SlopeFit fit = new SlopeFit();
    fit.set(batches, 0);
    // numpy 1.24.2, polyfit
    assertThat(fit.change()).isCloseTo(16.847058823529412, within(1e-12));
    assertThat(fit.spread()).isCloseTo(1.6485287558376194, within(1e-12));
    // Residuals' lag-1 autocorrelation is −0.305: nothing to allow for.
    assertThat(fit.correlation()).isZero();
    assertThat(fit.error()).isCloseTo(1.4304643909242978, within(1e-12));
  }

  @Test
  void kendallsTauIsThatOfScipy() {
    // scipy 1.10.1, kendalltau
    assertThat(KendallTau.of(new double[] {3, 1, 4, 1.5, 9, 2.6, 5, 3.5}, 8))
        .isCloseTo(0.2857142857142857, within(1e-15));
    assertThat(KendallTau.of(new double[] {1, 2, 3, 4}, 4)).isEqualTo(1);
    assertThat(KendallTau.of(new double[] {1, 1, 1}, 3)).isZero();
    assertThat(KendallTau.of(new double[] {1}, 1)).isNaN();
  }

  @Test
  void autocorrelationTimesAreThoseOfAutoregressions() {
    for (double phi : new double[] {0, 0.5, 0.9, 0.97}) {
      double exact = (1 + phi) / (1 - phi);
      int covered = 0;
      double mean = 0;
      int seeds = 40;
      for (int seed = 0; seed < seeds; seed++) {
        MultiTauCorrelator correlator = new MultiTauCorrelator(8, 2048);
        Autoregression series = new Autoregression(phi, seed);
        for (int t = 0; t < 8_000; t++) {
          // A trend of one standard deviation in 2,000 steps is not to count.
          correlator.accept(1e6 + series.next() + t / 2_000.0);
        }
        IntegratedTime time = IntegratedTime.of(correlator);
        mean += time.value() / seeds;
        covered += Math.abs(time.value() - exact) < 1.96 * time.error() ? 1 : 0;
      }
      // 40 means of relative error √(2(2M+1)/N)/√40, M about 3τ, N = 2·2,048/ln 2; and Geyer's
      // bias.
      assertThat(mean).as("φ = " + phi).isCloseTo(exact, within(0.15 * exact));
      assertThat(covered).as("φ = " + phi).isGreaterThan(seeds * 3 / 4);
    }
  }

  @Test
  void noTimeOfAConstantSeries() {
    MultiTauCorrelator correlator = new MultiTauCorrelator(4, 100);
    for (int t = 0; t < 500; t++) {
      correlator.accept(3);
    }
    assertThat(IntegratedTime.of(correlator).known()).isFalse();
  }

  @Test
  void anEDetectorAlarmsAsRarelyAsItSays() {
    SplittableRandom random = new SplittableRandom(3);
    EDetector detector = new EDetector(1_000, 0);
    int alarms = 0;
    int steps = 1_000_000;
    for (int t = 0; t < steps; t++) {
      alarms += detector.accept(random.nextGaussian(), 0) == EDetector.Change.NONE ? 0 : 1;
    }
    // At most 1,000, ± 3 Poisson standard deviations.
    assertThat(alarms).isLessThan(1_000 + 95);
    assertThat(alarms).isGreaterThan(50);
  }

  @Test
  void calibratedItDoesSoOnSkewedInnovations() {
    SplittableRandom random = new SplittableRandom(4);
    int alarms = 0;
    int runs = 200;
    int steps = 5_000;
    for (int run = 0; run < runs; run++) {
      EDetector detector = new EDetector(1_000, 256);
      for (int t = 0; t < steps; t++) {
        double x = -Math.log(1 - random.nextDouble()) - 1; // skewness 2
        alarms += detector.accept(x, 3 / Math.sqrt(256)) == EDetector.Change.NONE ? 0 : 1;
      }
    }
    assertThat(alarms).isLessThan(runs * steps / 1_000);
  }

  @Test
  void aChangeOfLevelIsFoundWithItsSign() {
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int sign = seed % 2 == 0 ? 1 : -1;
      EDetector detector = new EDetector(1e5, 0);
      EDetector.Change found = EDetector.Change.NONE;
      int delay = 0;
      while (found == EDetector.Change.NONE) {
        found = detector.accept(sign + random.nextGaussian(), 0);
        delay++;
      }
      assertThat(found).isEqualTo(sign > 0 ? EDetector.Change.UP : EDetector.Change.DOWN);
      // log(10·10⁵)/(½·1²) = 28 with the best λ = 1, of which 0.8 has 96 %.
      assertThat(delay).isLessThan(90);
    }
  }

  @Test
  void innovationsAreWhite() {
    Autoregression series = new Autoregression(0.9, 5);
    Prewhitener prewhitener = new Prewhitener(512);
    double before = 0;
    double products = 0;
    double squares = 0;
    int n = 20_000;
    for (int t = 0; t < 513 + n; t++) {
      double x = prewhitener.accept(7 + series.next());
      if (!Double.isNaN(x)) {
        products += x * before;
        squares += x * x;
        before = x;
      }
    }
    assertThat(prewhitener.phi()).isCloseTo(0.9, within(3 * Math.sqrt(0.19 / 512)));
    assertThat(products / squares).isCloseTo(0, within(0.07));
    // σ̂ is inflated by two standard deviations: innovations are smaller than 1.
    assertThat(squares / n).isBetween(0.7, 1.0);
  }

  @Test
  void spikesAreClippedAndNewLevelsAreNot() {
    SplittableRandom random = new SplittableRandom(6);
    SpikeFilter filter = new SpikeFilter();
    for (int t = 0; t < 200; t++) {
      double x = 1 + 0.1 * random.nextGaussian();
      assertThat(filter.accept(x)).isEqualTo(x);
    }
    assertThat(filter.accept(100)).isLessThan(3);
    assertThat(filter.accept(1)).isEqualTo(1);
    assertThat(filter.accept(100)).as("the next one").isLessThan(3);
    double last = 0;
    for (int t = 0; t < 16; t++) {
      last = filter.accept(100);
    }
    assertThat(last).isEqualTo(100);
  }

  @Test
  void statesGoOnBitForBit() {
    Autoregression series = new Autoregression(0.8, 9);
    BatchMeans batches = new BatchMeans(5);
    MultiTauCorrelator correlator = new MultiTauCorrelator(5, 300);
    Prewhitener prewhitener = new Prewhitener(64);
    EDetector detector = new EDetector(1e4, 64);
    SpikeFilter filter = new SpikeFilter();
    for (int t = 0; t < 333; t++) {
      double x = filter.accept(series.next());
      batches.accept(x);
      correlator.accept(x);
      detector.accept(prewhitener.accept(x), 0.1);
    }
    BatchMeans batches2 = new BatchMeans(5);
    MultiTauCorrelator correlator2 = new MultiTauCorrelator(5, 300);
    Prewhitener prewhitener2 = new Prewhitener(64);
    EDetector detector2 = new EDetector(1e4, 64);
    SpikeFilter filter2 = new SpikeFilter();
    States.copy(batches::writeTo, batches2::readFrom);
    States.copy(correlator::writeTo, correlator2::readFrom);
    States.copy(prewhitener::writeTo, prewhitener2::readFrom);
    States.copy(detector::writeTo, detector2::readFrom);
    States.copy(filter::writeTo, filter2::readFrom);
    for (int t = 0; t < 200; t++) {
      double raw = series.next();
      double x = filter.accept(raw);
      assertThat(filter2.accept(raw)).isEqualTo(x);
      batches.accept(x);
      batches2.accept(x);
      correlator.accept(x);
      correlator2.accept(x);
      detector.accept(prewhitener.accept(x), 0.1);
      detector2.accept(prewhitener2.accept(x), 0.1);
    }
    assertThat(States.bytes(batches2::writeTo)).isEqualTo(States.bytes(batches::writeTo));
    assertThat(States.bytes(correlator2::writeTo)).isEqualTo(States.bytes(correlator::writeTo));
    assertThat(States.bytes(prewhitener2::writeTo)).isEqualTo(States.bytes(prewhitener::writeTo));
    assertThat(States.bytes(detector2::writeTo)).isEqualTo(States.bytes(detector::writeTo));
  }
}
