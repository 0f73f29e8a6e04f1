package io.thermograd.simulator.train;

/**
 * One optimizer step as it happens: everything at the parameters before the update. The arrays are
 * the trainer's own and change with the next step: read them during the call, do not keep them.
 *
 * @param step 0-based
 * @param learningRate η
 * @param losses mean loss of each micro-batch
 * @param gradients g_j of each micro-batch
 * @param meanGradient ḡ
 * @param theta θ before the update
 * @param update Δθ, about to be added
 */
@SuppressWarnings("ArrayRecordComponent") // a view: never compared, and copying would cost a step
public record StepView(
    long step,
    double learningRate,
    double[] losses,
    float[][] gradients,
    float[] meanGradient,
    float[] theta,
    float[] update) {

  /** Mini-batch loss: the mean of the micro-batches', which are of equal size. */
  public double loss() {
    double sum = 0;
    for (double loss : losses) {
      sum += loss;
    }
    return sum / losses.length;
  }
}
