package io.thermograd.accuracy;

import io.thermograd.estimate.curvature.NoiseAndCurvature;
import io.thermograd.estimate.curvature.SubspaceHessian;
import io.thermograd.estimate.noise.NoiseEstimator;
import io.thermograd.estimate.step.Probe;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Eigenpairs;
import io.thermograd.simulator.model.ExactSpectrum;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.model.SymmetricOperator;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.train.BatchSampler;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ClassifierTask;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.Trainer;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Arrays;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Noise against curvature at frozen parameters of a small network, gradients sent whole, VᵀHV as it
 * is: what the estimate of Σ and the correction of gᵀHg are worth, against the enumeration.
 */
@ExtendWith(AccuracyTable.class)
class AlignmentAccuracyTest {
  private static final Mlp MLP = Mlp.tanh(64, 8, 10);
  private static final int RANK = 16;
  private static final int LEADING = 10;
  private static final int M = 4;
  private static final int B = 8;
  private static final int STEPS = 1_600;
  private static final int PROBE_EVERY = 20;

  private Curvature at = Curvature.at(MLP, Digits.load(), theta(1));
  private SymmetricOperator hessian = at.hessian();
  private Eigenpairs noise = new Eigenpairs(new double[0], new double[0][], new double[0]);

  private static double[] theta(int steps) {
    Start start =
        new ClassifierTask(MLP, Digits.load(), 0, SamplingScheme.WITHOUT_REPLACEMENT, 0, 1).get();
    TrainingPlan plan =
        TrainingPlan.of(
            OptimizerSettings.sgd(), LearningRate.constant(0.1), Batches.of(4, 8), steps);
    return new Trainer(start.source(), start.theta(), plan, 1).run(step -> {}, () -> false).theta();
  }

  @Test
  void alignmentAndNoiseScaleOfCurvature() {
    SoftAssertions softly = new SoftAssertions();
    for (int steps : new int[] {40, 600}) {
      at = Curvature.at(MLP, Digits.load(), theta(steps));
      hessian = SymmetricOperator.of(at.hessian().dense());
      noise = ExactSpectrum.at(at).top(RANK);
      compare(softly, "tanh %s after %d steps, exact VᵀHV".formatted(MLP.shape(), steps));
    }
    softly.assertAll();
  }

  private void compare(SoftAssertions softly, String where) {
    double[][] block = block();
    QuantityList list = estimate(block);
    double product = 0;
    double square = 0;
    for (int i = 0; i < LEADING; i++) {
      product += noise.values()[i] * block[i][i];
      square += noise.values()[i] * noise.values()[i];
    }
    double norm = 0;
    for (double[] row : block) {
      norm += Arrays.stream(row).map(x -> x * x).sum();
    }
    row(softly, list, where, "noise_curvature_alignment", product / Math.sqrt(square * norm));
    double[] first = Eigenpairs.of(block).vectors()[0];
    row(softly, list, where, "noise_curvature_cosine", Math.abs(first[0]));
    double scale = at.noiseCurvature() / at.gradientCurvature();
    row(softly, list, where, "curvature_noise_scale", scale);
    AccuracyTable.note(
        "noise_curvature_alignment", "of the whole matrices, " + where, "%.3f".formatted(whole()));
  }

  private static void row(
      SoftAssertions softly, QuantityList list, String where, String name, double exact) {
    Quantity q = list.quantities().get(name);
    if (q == null || q.value() == null) {
      // The gradient is lost in its noise: the bound must hold.
      Double bound = q == null ? null : q.low();
      AccuracyTable.add(
          softly,
          name,
          where,
          "no bound above the exact %.4g".formatted(exact),
          "absent, bound %s".formatted(bound),
          bound == null ? !name.equals("noise_curvature_alignment") : bound <= exact);
      return;
    }
    double low = Objects.requireNonNull(q.low());
    double high = Objects.requireNonNull(q.high());
    AccuracyTable.add(
        softly,
        name,
        where,
        "its interval holds the exact %.4g".formatted(exact),
        "%.4g in %.4g … %.4g".formatted(q.value(), low, high),
        low <= exact && exact <= high);
  }

  /** VᵀHV along the exact leading eigenvectors of Σ. */
  private double[][] block() {
    double[][] block = new double[RANK][RANK];
    double[] image = new double[hessian.dim()];
    for (int i = 0; i < RANK; i++) {
      hessian.apply(noise.vectors()[i], image);
      for (int j = 0; j < RANK; j++) {
        for (int p = 0; p < image.length; p++) {
          block[i][j] += noise.vectors()[j][p] * image[p];
        }
      }
    }
    for (int i = 0; i < RANK; i++) {
      for (int j = 0; j < i; j++) {
        block[j][i] = block[i][j];
      }
    }
    return block;
  }

  /** tr(ΣH)/(‖Σ‖‖H‖) of the whole matrices. */
  private double whole() {
    double[][] h = at.hessian().dense();
    double[][] s = at.noise().dense();
    double product = 0;
    double hh = 0;
    double ss = 0;
    for (int i = 0; i < h.length; i++) {
      for (int j = 0; j < h.length; j++) {
        product += h[i][j] * s[i][j];
        hh += h[i][j] * h[i][j];
        ss += s[i][j] * s[i][j];
      }
    }
    return product / Math.sqrt(hh * ss);
  }

  private QuantityList estimate(double[][] block) {
    RunSettings settings = RunSettings.of(Optimizer.SGD);
    NoiseEstimator estimator = new NoiseEstimator(settings, 500);
    NoiseAndCurvature both = new NoiseAndCurvature(settings);
    int n = Digits.SIZE;
    int dim = MLP.parameterCount();
    float[][] gradients = new float[n][dim];
    double[] wide = new double[dim];
    for (int e = 0; e < n; e++) {
      at.exampleGradient(e, wide);
      for (int p = 0; p < dim; p++) {
        gradients[e][p] = (float) wide[p];
      }
    }
    double trace = hessian.trace();
    BatchSampler sampler = Draws.WITH_REPLACEMENT.sampler(n, 3);
    int[] batch = new int[M * B];
    int[] sizes = new int[M];
    Arrays.fill(sizes, B);
    for (int t = 0; t < STEPS; t++) {
      sampler.next(batch);
      float[][] sketches = new float[M][dim];
      double[] mean = new double[dim];
      for (int e = 0; e < batch.length; e++) {
        for (int p = 0; p < dim; p++) {
          sketches[e / B][p] += gradients[batch[e]][p] / B;
          mean[p] += gradients[batch[e]][p] / (double) batch.length;
        }
      }
      Probe probe =
          t % PROBE_EVERY == 0
              ? new Probe(new double[0], trace, hessian.quadratic(mean), new double[0])
              : null;
      TrainingStep step =
          TrainingStep.at(t, t)
              .learningRate(0.1)
              .batchSize(batch.length)
              .examples(sizes)
              .sketches(sketches)
              .probe(probe)
              .build();
      estimator.accept(step);
      both.accept(step);
      estimator.endStep();
    }
    float[][] basis = new float[RANK][dim];
    for (int i = 0; i < RANK; i++) {
      for (int p = 0; p < dim; p++) {
        basis[i][p] = (float) noise.vectors()[i][p];
      }
    }
    QuantityList list = new QuantityList();
    both.describe(
        list, estimator, new SubspaceHessian(basis, block, new double[RANK][RANK], STEPS));
    return list;
  }
}
