package io.thermograd.estimate.fluctuation;

import io.thermograd.estimate.curvature.Subspace;
import io.thermograd.estimate.curvature.SubspaceHessian;
import io.thermograd.estimate.noise.Contrasts;
import io.thermograd.estimate.noise.NoiseEstimator;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fluctuations of the parameters at stationarity: moments of d = θ − θ̄, the step's gradient ḡ and
 * its noise ξ, in the r leading directions of the noise and over the whole sketch, and what follows
 * from them: temperatures per direction ({@link DirectionalTemperatures}), {@link RotationalFlow}
 * and the {@link LossForecast}.
 *
 * <p>θ̄ is the exponentially weighted mean of the parameters before the step, over L = 2 half-lives
 * (rounded up to a power of two). ξ is independent of it and of θ, so that ⟨d ḡᵀ⟩ = ⟨d (H(θ −
 * θ*))ᵀ⟩: of a direction of curvature κ it is κ·Var(θ)·a/(1 + a) with a = η_effκL. That is the
 * virial: no estimate of κ enters but in the last factor, and directions that are too flat to have
 * come to equilibrium within L count as little as they have moved.
 *
 * <p>A learning rate or a batch size that changes begins all anew. A step without parameter sketch,
 * or with fewer than two micro-batches, or with numbers that are not finite, changes nothing.
 *
 * <p>Cost O(rk) a step, nothing allocated; state 13·4r² doubles and (r + 1)k floats. One owner
 * thread. Source: design QUANTITIES.md 3 and 6.
 */
public final class Fluctuations {
  private static final int RANK = 16;

  /** Length of a block, and θ̄'s memory, in half-lives. */
  private static final double MEMORY = 2;

  /** Blocks for an error to mean something. */
  private static final int NEEDED = 6;

  private static final double SAME = 0.01;
  private static final int OTHERS = 8;
  private static final double LARGEST = 1e100;

  private static final Set<Optimizer> APPLICABLE =
      EnumSet.of(
          Optimizer.SGD, Optimizer.MOMENTUM, Optimizer.NESTEROV, Optimizer.OPTIMIZER_UNSPECIFIED);

  private static final List<QuantityName> QUANTITIES =
      List.of(
          QuantityName.TEMPERATURE_MEASURED,
          QuantityName.TEMPERATURE_PREDICTED,
          QuantityName.TEMPERATURE_SPREAD,
          QuantityName.COVARIANCE_RATIO,
          QuantityName.ROTATIONAL_FLOW,
          QuantityName.THERMAL_ENERGY_MEASURED,
          QuantityName.LOSS_CHANGE_HALF_LEARNING_RATE,
          QuantityName.LOSS_CHANGE_DOUBLE_BATCH);

  private final RunSettings settings;
  private final SketchMath math = new SketchMath();
  private final Subspace subspace;
  private final Blocks blocks;
  private final double memory;
  private final double[] d = new double[RANK];
  private final double[] g = new double[RANK];
  private final double[] e = new double[RANK];
  private float[] deviation = new float[0];

  private float[] mean = new float[0];
  private long age;
  private double learningRate;
  private long batchSize;
  private int others;
  private long bare;
  private boolean signed;

  /**
   * @param halfLife of the noise estimates, steps; moments are of the latest 24 of them
   */
  public Fluctuations(RunSettings settings, double halfLife) {
    this.settings = settings;
    this.blocks = new Blocks(RANK, MEMORY * Math.min(halfLife, 1 << 24));
    this.memory = blocks.longest();
    this.subspace = new Subspace(RANK, (long) (Blocks.MOST * (double) blocks.longest()));
  }

  /** Adds a step that the noise estimator has just seen. */
  public void accept(TrainingStep step, NoiseEstimator noise) {
    Double loss = step.loss();
    signed |= loss != null && loss < 0;
    Double eta = step.learningRate();
    if (step.nonFinite() || eta == null || unsuitable() != null) {
      return;
    }
    float[] theta = step.motion().paramSketch();
    if (theta.length == 0 || step.sketches().length < 2) {
      bare++;
      return;
    }
    bare = 0;
    if (!sameSettings(eta, step)) {
      return;
    }
    if (mean.length != theta.length) {
      mean = theta.clone();
      deviation = new float[theta.length];
      age = 0;
    }
    for (int i = 0; i < theta.length; i++) {
      deviation[i] = theta[i] - mean[i];
    }
    double position = math.sqnorm(deviation);
    if (!(position < LARGEST)) {
      return;
    }
    double[][] r = subspace.advance(noise.spectrum());
    if (r.length > 0) {
      blocks.rotate(r);
    }
    if (subspace.ready() && subspace.basis()[0].length == theta.length && age >= memory / 2) {
      add(step, noise.contrasts(), position);
    }
    age++;
    float share = (float) (1 / Math.min(age + 1.0, memory));
    for (int i = 0; i < theta.length; i++) {
      mean[i] += share * deviation[i];
    }
  }

  private void add(TrainingStep step, Contrasts contrasts, double position) {
    float[] gradient = contrasts.mean();
    double virial = math.dot(deviation, gradient);
    double share = noiseShare(step);
    if (!(Math.abs(virial) < LARGEST && share * contrasts.scatter() < LARGEST)) {
      return;
    }
    subspace.project(deviation, d);
    subspace.project(gradient, g);
    Moments now = blocks.current();
    now.add(d, g, virial, position, share * contrasts.scatter());
    // Each has the same covariance: one a step, in turn, is precise enough and saves half the cost.
    subspace.project(contrasts.rows()[(int) (age % contrasts.count())], e);
    now.addNoise(e, share);
    Double loss = step.loss();
    if (loss != null && Math.abs(loss) < LARGEST) {
      now.addLoss(loss);
    }
    blocks.advance();
  }

  /** Cov ξ over that of a contrast: 1/B, or 1/B − 1/n for distinct examples. */
  private double noiseShare(TrainingStep step) {
    double share = 1.0 / step.batchSize();
    return settings.datasetSize().isPresent()
        ? Math.max(0, share - 1.0 / settings.datasetSize().getAsLong())
        : share;
  }

  /** False for a step that differs in what decides the equilibrium; several begin a new one. */
  private boolean sameSettings(double eta, TrainingStep step) {
    long batch = step.batchSize();
    if (batch <= 0 || !(eta > 0 && eta < LARGEST)) {
      return false;
    }
    boolean same =
        Math.abs(eta - learningRate) <= SAME * learningRate
            && Math.abs(batch - batchSize) <= SAME * batchSize;
    others = same ? 0 : others + 1;
    if (same || (others < OTHERS && learningRate > 0)) {
      return same;
    }
    learningRate = eta;
    batchSize = batch;
    others = 0;
    age = 0;
    mean = new float[0];
    blocks.clear();
    return true;
  }

  private @Nullable String unsuitable() {
    if (!APPLICABLE.contains(settings.optimizer())) {
      return "defined for SGD, heavy ball and Nesterov; this run's optimizer is "
          + settings.optimizer().name().toLowerCase(Locale.ROOT);
    }
    return settings.momentum().isEmpty()
        ? "the run did not say its momentum: set momentum in run_started"
        : null;
  }

  /**
   * Publishes what is known.
   *
   * @param hessian in the leading directions of the noise, null while it is not known
   */
  public void describe(QuantityList out, @Nullable SubspaceHessian hessian) {
    String missing = missing();
    if (missing != null) {
      QUANTITIES.forEach(name -> out.absent(name, missing));
      return;
    }
    Equilibrium at = at();
    new DirectionalTemperatures(at, blocks, settings.sketchDim(), settings.collisions())
        .describe(out, hessian == null ? null : Modes.of(hessian, subspace.basis()));
    RotationalFlow.describe(out, blocks, RANK, settings.sketchDim());
    forecast(at).describe(out);
  }

  private LossForecast forecast(Equilibrium at) {
    double epoch =
        settings.datasetSize().isPresent()
            ? (double) settings.datasetSize().getAsLong() / batchSize
            : Double.POSITIVE_INFINITY;
    return new LossForecast(at, blocks, epoch, !signed);
  }

  /**
   * Change of the mean loss, once settled, if the learning rate were {@code rate} times and the
   * noise's variance {@code 1/B} {@code batch} times what they were before the latest steps, both
   * at most 1; null while it is not known. Says so also in the first {@value #OTHERS} steps after
   * that change. A normal law: not cut where no loss would be left.
   */
  public @Nullable Quantity lossChange(double rate, double batch) {
    if (!(rate > 0 && rate <= 1 && batch > 0 && batch <= 1)) {
      throw new IllegalArgumentException(
          "ratios should be above 0 and at most 1: were " + rate + " and " + batch);
    }
    return missing() == null ? forecast(at()).change(rate, batch) : null;
  }

  /**
   * The loss at the mean of that many iterates less the mean of their losses; null while it is not
   * known.
   */
  public @Nullable Quantity averagedLossChange(double iterates) {
    return missing() == null ? forecast(at()).averaged(iterates) : null;
  }

  /** Steps over which deviations are measured, and by which flatter directions are left out. */
  public double memory() {
    return memory;
  }

  private Equilibrium at() {
    return new Equilibrium(
        learningRate,
        settings.momentum().orElse(0),
        settings.optimizer() == Optimizer.NESTEROV,
        memory);
  }

  private @Nullable String missing() {
    String unsuitable = unsuitable();
    if (unsuitable != null) {
      return unsuitable;
    }
    if (age == 0 || bare > blocks.longest()) {
      return "needs param_sketch, learning_rate, batch_size and at least 2 micro-batches in step";
    }
    if (blocks.count() < NEEDED || 2 * blocks.length() < blocks.longest()) {
      long needed = (long) (memory / 2) + (long) NEEDED * blocks.longest() / 2;
      return WarmUp.reason(age, needed, "steps at these settings");
    }
    return null;
  }

  public void writeTo(DataOutput out) throws IOException {
    subspace.writeTo(out);
    blocks.writeTo(out);
    StateArrays.write(out, mean.length == 0 ? new float[0][] : new float[][] {mean});
    out.writeLong(age);
    out.writeDouble(learningRate);
    out.writeLong(batchSize);
    out.writeInt(others);
    out.writeLong(bare);
    out.writeBoolean(signed);
  }

  public void readFrom(DataInput in) throws IOException {
    subspace.readFrom(in);
    blocks.readFrom(in);
    float[][] rows = StateArrays.readRows(in);
    mean = rows.length == 0 ? new float[0] : rows[0];
    deviation = new float[mean.length];
    age = in.readLong();
    learningRate = in.readDouble();
    batchSize = in.readLong();
    others = in.readInt();
    bare = in.readLong();
    signed = in.readBoolean();
  }
}
