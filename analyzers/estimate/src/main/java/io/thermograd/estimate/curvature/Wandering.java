package io.thermograd.estimate.curvature;

import io.thermograd.estimate.noise.NoiseSpectrum;
import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.step.RunSettings;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * λ_max and VᵀHV from how the gradient answers to where θ has wandered ({@link Instrument}), with
 * two time constants, since directions relax at unlike rates, and two memories, since the curvature
 * of a network drifts.
 *
 * <p><b>Which is shown.</b> Every combination of time constant, number of leading directions p and
 * how far to look back is an average, carried on to the present along a line as far as the line's
 * slope stands out of its error, with an error that counts what may be left of the drift. The
 * smallest error wins.
 *
 * <p><b>Whether it is shown.</b> Only if its relative error is at most 12 %; if the directions
 * found without a part of the steps are as sharp within a tenth; if H does not throw the direction
 * out of itself ({@link RitzResidual}); and if it does not lie among the last of V: where curvature
 * rises as noise falls, what is sharpest is outside. A direction that neither noise nor motion
 * visits cannot be seen, and takes a probe.
 *
 * <p>Cost O(rk) a step, O(r³) a reading, the latter about a millisecond. One owner thread. Source:
 * design QUANTITIES.md 4 for crosstalk; instrumental variables: P. G. Wright, 1928, as in L. Ljung,
 * System Identification, 1999, 7.6.
 */
final class Wandering {
  private static final int BLOCK = 128;

  /** Slow enough for flat directions, and fast enough to leave drift behind. */
  private static final double[] RATES = {1.0 / 200, 1.0 / 32};

  /** Half-lives of the noise estimates that are remembered at most. */
  private static final double MEMORY = 32;

  /** Bins of {@link Moments} to look back on. */
  private static final int[] LOOK_BACK = {4, 8, 16};

  private static final int[] DIRECTIONS = {4, 8, 16};

  /** Half-lives of the noise estimates that tr Σ of now is an average over. */
  private static final double TRACE_MEMORY = 0.2;

  /** Of λ_max. A direction at |cos| = 0.9 to the sharpest has 0.81, and a second as sharp has 1. */
  private static final double FOLLOWED_NEAR = 0.8;

  private static final int LEAST_BINS = 4;

  /** Log of how much tr Σ may have changed since. */
  private static final double FURTHEST = 0.7;

  /** Of which nine in ten lie within 20 %. */
  private static final double LARGEST_ERROR = 0.12;

  private static final double LEAST_AGREEMENT = 0.9;
  private static final double LARGEST_RESIDUAL = 0.1;
  private static final double LEAST_LEAD = 0.7;
  private static final int FOLLOWED = 1;

  private final int r;
  private final Frame frame;
  private final Epochs epochs;
  private final FastMean trace;
  private final Regression regression;
  private final RitzResidual residual;
  private final double forgetting;
  private final Instrument[] instruments = new Instrument[RATES.length];
  private final Moments[] moments = new Moments[RATES.length];
  private final double[] thetaV;
  private final double[] gradientV;
  private int inBlock;
  private int half;

  Wandering(RunSettings settings, double halfLife, Subspace subspace) {
    this.frame = new Frame(subspace);
    this.r = frame.size();
    this.trace = new FastMean(TRACE_MEMORY * halfLife);
    this.epochs = new Epochs(settings.datasetSize());
    this.regression = new Regression(frame, settings.sketchDim());
    this.residual = new RitzResidual(r);
    this.forgetting = HalfLife.decay(Math.max(1, MEMORY / 4 * halfLife / BLOCK));
    this.thetaV = new double[r];
    this.gradientV = new double[r];
    SketchMath math = new SketchMath();
    for (int b = 0; b < RATES.length; b++) {
      instruments[b] = new Instrument(r, RATES[b], math);
      moments[b] = new Moments(r, (long) Math.max(1, MEMORY * halfLife / BLOCK / Moments.BINS));
    }
  }

  /**
   * Adds a step.
   *
   * @param noise the step's own estimate of tr Σ
   */
  void accept(
      long step,
      double batch,
      float[] theta,
      float[] gradient,
      double noise,
      NoiseSpectrum spectrum) {
    trace.accept(noise);
    epochs.accept(step, batch);
    double[][] rotation = frame.advance(spectrum, theta);
    if (rotation.length > 0) {
      turn(rotation);
    }
    if (!frame.ready()) {
      return;
    }
    frame.project(theta, thetaV);
    frame.project(gradient, gradientV);
    for (int b = 0; b < instruments.length; b++) {
      boolean used = instruments[b].accept(theta, thetaV, gradient, gradientV, noise, epochs);
      if (used && b == FOLLOWED) {
        residual.accept(instruments[b], half, trace.mean());
      }
    }
    if (++inBlock == BLOCK) {
      frame.mark(theta);
      fold();
    }
  }

  private void fold() {
    for (int b = 0; b < instruments.length; b++) {
      moments[b].add(instruments[b]);
      instruments[b].clear();
    }
    residual.discount(forgetting);
    half = 1 - half;
    inBlock = 0;
  }

  private void turn(double[][] rotation) {
    if (inBlock > 0) {
      fold();
    }
    for (int b = 0; b < instruments.length; b++) {
      moments[b].rotate(rotation);
      instruments[b].project(frame.basis());
    }
    compare();
    Moments followed = moments[FOLLOWED];
    if (followed.bins() >= LEAST_BINS) {
      Fit fit = regression.fit(followed, 0, 8);
      if (fit != null) {
        residual.follow(fit.top(), fit.weights(), rotation, frame.basis());
      }
    }
  }

  private void compare() {
    for (Moments m : moments) {
      m.compare(trace.mean());
    }
  }

  private record Candidate(Fit fit, int b, int p, double value, double error) {

    static Candidate of(Fit fit, int b, int p) {
      return new Candidate(fit, b, p, fit.latest(), fit.latestError() / fit.latest());
    }

    boolean before(Candidate other) {
      boolean enough = error <= LARGEST_ERROR;
      if (b != other.b && enough && other.error <= LARGEST_ERROR) {
        return b > other.b;
      }
      return error * value < other.error * other.value;
    }

    boolean credible() {
      return value > 0 && fit.agreement() >= LEAST_AGREEMENT;
    }
  }

  StreamSharpness sharpness() {
    List<Candidate> all = candidates();
    if (all.isEmpty()) {
      return StreamSharpness.absent(withoutCandidates());
    }
    Candidate best = best(all);
    if (best == null || !(best.error <= LARGEST_ERROR)) {
      return StreamSharpness.absent(
          best == null
              ? "the direction of largest curvature changes from one part of the steps to another"
              : "known to %.0f %% so far, %.0f %% are needed"
                  .formatted(100 * best.error, 100 * LARGEST_ERROR));
    }
    for (Candidate c : all) {
      if (c.p > best.p && c.credible() && c.value * (1 - 2 * c.error) > 1.1 * best.value) {
        return StreamSharpness.absent(
            "directions with less noise are sharper, and the sharpest may have less still: send a"
                + " probe");
      }
    }
    return examine(best);
  }

  private String withoutCandidates() {
    int bins = 0;
    int comparable = 0;
    for (Moments m : moments) {
      bins = Math.max(bins, m.bins());
      comparable = Math.max(comparable, m.bins() - m.comparable(FURTHEST));
    }
    if (!frame.ready() || bins < LEAST_BINS) {
      return "warming up: it takes some thousand steps with param_sketch";
    }
    return comparable < LEAST_BINS
        ? "tr Σ has doubled or halved within the last some thousand steps: steps of like noise, or a"
            + " probe"
        : "the gradients do not follow the parameters along the noise's leading directions: send a"
            + " probe";
  }

  /**
   * The smallest error; by the faster time constant where that knows enough, since less of a drift
   * is in it.
   */
  private static @Nullable Candidate best(List<Candidate> all) {
    Candidate best = null;
    for (Candidate c : all) {
      if (c.credible() && (best == null || c.before(best))) {
        best = c;
      }
    }
    return best;
  }

  private List<Candidate> candidates() {
    compare();
    List<Candidate> all = new ArrayList<>();
    for (int b = 0; b < moments.length; b++) {
      Moments m = moments[b];
      for (int bins : LOOK_BACK) {
        int first = Math.max(m.comparable(FURTHEST), m.bins() - bins);
        boolean again = bins > LEAST_BINS && m.bins() - first <= bins / 2;
        for (int p : DIRECTIONS) {
          Fit fit = m.bins() - first < LEAST_BINS || again ? null : regression.fit(m, first, p);
          if (fit != null) {
            all.add(Candidate.of(fit, b, p));
          }
        }
      }
    }
    return all;
  }

  private StreamSharpness examine(Candidate best) {
    double[] top = best.fit.top();
    double lead = 0;
    for (int i = 0; i < (top.length + 1) / 2; i++) {
      lead += top[i] * top[i];
    }
    if (lead < LEAST_LEAD) {
      return StreamSharpness.absent(
          "the sharpest of the directions seen are those with the least noise, and sharper ones may"
              + " have less still");
    }
    float[] direction = new float[frame.basis()[0].length];
    for (int i = 0; i < top.length; i++) {
      float[] v = frame.basis()[i];
      for (int c = 0; c < direction.length; c++) {
        direction[c] += (float) top[i] * v[c];
      }
    }
    double square =
        residual.square(best.value, trace.mean(), frame.basis(), frame.noiseDirections());
    boolean followed = best.fit.share(residual.on(frame.basis())) >= FOLLOWED_NEAR;
    if (!followed || !(square <= LARGEST_RESIDUAL)) {
      return StreamSharpness.absent(
          !followed || Double.isNaN(square)
              ? "warming up: the sharpest direction has not been followed for long enough"
              : "the Hessian leads out of the noise's leading directions");
    }
    return new StreamSharpness(best.value, best.error, direction, null);
  }

  /** VᵀHV by the time constant that knows it best, in as many directions as are known; or null. */
  @Nullable SubspaceHessian hessian() {
    compare();
    for (int i = DIRECTIONS.length - 1; i >= 0; i--) {
      SubspaceHessian found = hessian(DIRECTIONS[i]);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private @Nullable SubspaceHessian hessian(int p) {
    SubspaceHessian best = null;
    double least = Double.POSITIVE_INFINITY;
    for (Moments m : moments) {
      Fit fit = m.bins() >= LEAST_BINS ? regression.fit(m, 0, p) : null;
      if (fit != null) {
        double sum = 0;
        for (double[] row : fit.standardErrors()) {
          for (double e : row) {
            sum += e * e;
          }
        }
        if (sum < least) {
          least = sum;
          float[][] basis = Arrays.copyOf(frame.basis(), fit.hessian().length);
          best = new SubspaceHessian(basis, fit.hessian(), fit.standardErrors(), m.steps(0));
        }
      }
    }
    return best;
  }

  void writeTo(DataOutput out) throws IOException {
    epochs.writeTo(out);
    trace.writeTo(out);
    frame.writeTo(out);
    residual.writeTo(out);
    out.writeInt(inBlock);
    out.writeInt(half);
    for (int b = 0; b < RATES.length; b++) {
      instruments[b].writeTo(out);
      moments[b].writeTo(out);
    }
  }

  void readFrom(DataInput in) throws IOException {
    epochs.readFrom(in);
    trace.readFrom(in);
    frame.readFrom(in);
    residual.readFrom(in);
    inBlock = in.readInt();
    half = in.readInt();
    for (int b = 0; b < RATES.length; b++) {
      instruments[b].readFrom(in);
      moments[b].readFrom(in);
    }
  }
}
