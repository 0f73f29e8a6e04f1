package io.thermograd.accuracy;

import io.thermograd.estimate.curvature.Secant;
import io.thermograd.estimate.noise.Contrasts;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The mean curvature along the updates of quadratics whose H and Σ are known. */
@ExtendWith(AccuracyTable.class)
class SecantAccuracyTest {
  private static final int P = 5_000;
  private static final int RUNS = 300;
  private static final int STEPS = 700;
  private static final double ETA = 0.1;

  private static final double[] SHARES = {1, 0.8, 0.6, 0.5};
  private static final double BULK_SHARE = 0.7;
  private static final double[] NOISES = {50, 30, 20, 10};

  @Test
  void meanCurvatureAlongTheUpdates() {
    SoftAssertions softly = new SoftAssertions();
    for (double beta : new double[] {0, 0.9}) {
      for (double rate : new double[] {0.08, 0.8}) {
        for (int dim : new int[] {1024, 4096}) {
          study(softly, beta, rate, dim);
        }
      }
    }
    softly.assertAll();
  }

  private static void study(SoftAssertions softly, double beta, double rate, int dim) {
    double sharpest = rate / ETA;
    double[] curvatures = Arrays.stream(SHARES).map(x -> x * sharpest).toArray();
    SketchedQuadratic.Form form =
        SketchedQuadratic.Form.aligned(BULK_SHARE * sharpest, curvatures, 1, NOISES);
    double exact = exact(beta, curvatures, BULK_SHARE * sharpest);
    List<Quantity> runs =
        IntStream.range(0, RUNS).parallel().mapToObj(s -> run(form, dim, beta, s)).toList();
    double square = 0;
    double mean = 0;
    int covered = 0;
    for (Quantity q : runs) {
      double value = Objects.requireNonNull(q.value());
      square += Math.pow(value / exact - 1, 2) / RUNS;
      mean += (value / exact - 1) / RUNS;
      covered +=
          Objects.requireNonNull(q.low()) <= exact && exact <= Objects.requireNonNull(q.high())
              ? 1
              : 0;
    }
    String where =
        "β = %.1f, ηκ₁ = %.2f, k = %,d, %d runs of %d".formatted(beta, rate, dim, RUNS, STEPS);
    AccuracyTable.add(
        softly,
        "curvature_rayleigh",
        where,
        "within 5 % (rms), 95 % covers 92-98 %",
        "%.2f %% rms, mean %+.2f %%, covers %.1f %%"
            .formatted(100 * Math.sqrt(square), 100 * mean, 100.0 * covered / RUNS),
        Math.sqrt(square) <= 0.05 && covered >= 0.92 * RUNS && covered <= 0.98 * RUNS);
  }

  private static Quantity run(SketchedQuadratic.Form form, int dim, double beta, long seed) {
    SketchedQuadratic quadratic = new SketchedQuadratic(form, P, dim, ETA, beta, seed);
    RunSettings settings = RunSettings.of(Optimizer.MOMENTUM).withMomentum(beta).withSketchDim(dim);
    Secant secant = new Secant(settings, 500);
    int burn = (int) (20 / (1 - beta));
    for (int t = 0; t < STEPS + burn; t++) {
      TrainingStep step = quadratic.next();
      if (t >= burn) {
        secant.accept(step, Contrasts.of(step.sketches(), step.examples()));
      }
    }
    QuantityList out = new QuantityList();
    secant.describe(out);
    return Objects.requireNonNull(out.quantities().get("curvature_rayleigh"));
  }

  /** tr(HC)/tr C with C the stationary covariance of D = −ηv, v ← βv + κθ + ξ, mode by mode. */
  private static double exact(double beta, double[] curvatures, double bulk) {
    double top = 0;
    double bottom = 0;
    for (int j = 0; j <= curvatures.length; j++) {
      double kappa = j < curvatures.length ? curvatures[j] : bulk;
      double noise = j < curvatures.length ? NOISES[j] : P - curvatures.length;
      double square = noise * updateVariance(kappa, beta);
      top += kappa * square;
      bottom += square;
    }
    return top / bottom;
  }

  /** By iterating the second moments of (θ, v). */
  private static double updateVariance(double kappa, double beta) {
    double tt = 0;
    double tv = 0;
    double vv = 0;
    for (int i = 0; i < 20_000; i++) {
      double nvv = beta * beta * vv + 2 * beta * kappa * tv + kappa * kappa * tt + 1;
      double ntv = beta * tv + kappa * tt - ETA * nvv;
      double ntt = tt - 2 * ETA * (beta * tv + kappa * tt) + ETA * ETA * nvv;
      tt = ntt;
      tv = ntv;
      vv = nvv;
    }
    return ETA * ETA * vv;
  }
}
