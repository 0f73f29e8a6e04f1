package io.thermograd.simulator.train;

/**
 * One optimizer step as it happens: everything at the parameters before the update, an L2 penalty
 * included in losses and gradients. The arrays are the trainer's own and change with the next step:
 * read them during the call, do not keep them.
 *
 * @param step 0-based
 * @param learningRate η
 * @param microBatchSize b, examples
 * @param losses mean loss of each micro-batch
 * @param gradients g_j of each micro-batch, rank by rank
 * @param meanGradient ḡ, the mean of those
 * @param replicas θ before the update, as each rank has it
 * @param update Δθ, about to be added
 * @param preconditioner D that the optimizer divides by, a diagonal; empty for one that does not
 * @param updateNoise tr(PΣ̂_b) = Σ_j⟨P(g_j − ḡ), g_j − ḡ⟩/(m−1), P = −∂Δθ/∂ḡ; NaN where P is told
 *     by the settings, and with one micro-batch
 */
@SuppressWarnings("ArrayRecordComponent") // a view: never compared, and copying would cost a step
public record StepView(
    long step,
    double learningRate,
    int microBatchSize,
    double[] losses,
    float[][] gradients,
    double[] meanGradient,
    float[][] replicas,
    double[] update,
    double[] preconditioner,
    double updateNoise) {

  /** θ of rank 0, which is the run's. */
  public float[] theta() {
    return replicas[0];
  }

  /** B = m·b, over all ranks. */
  public int batchSize() {
    return losses.length * microBatchSize;
  }

  /** Mini-batch loss: the mean of the micro-batches', which are of equal size. */
  public double loss() {
    return loss(0, losses.length);
  }

  /** Mean loss of the micro-batches from … to−1. */
  double loss(int from, int to) {
    double sum = 0;
    for (int j = from; j < to; j++) {
      sum += losses[j];
    }
    return sum / (to - from);
  }
}
