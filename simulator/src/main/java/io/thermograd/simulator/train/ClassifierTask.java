package io.thermograd.simulator.train;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Split;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Mlp;
import java.util.List;
import java.util.function.Supplier;

/**
 * A network that learns to classify, validated on examples held back. Immutable; each call opens
 * the same training anew.
 *
 * @param testExamples how many are held back; the rest is the data set that the run reports
 * @param validateEvery steps between validations; 0 for none
 * @param seed of the split, the initial parameters and the order of the examples
 */
public record ClassifierTask(
    Mlp mlp, Dataset data, int testExamples, SamplingScheme sampling, int validateEvery, long seed)
    implements Supplier<Start> {

  @Override
  public Start get() {
    Split split = Split.of(data, testExamples, seed);
    List<StepObserver> observers =
        validateEvery == 0 || testExamples == 0
            ? List.of()
            : List.of(new Validation(new Evaluator(mlp, split.test()), validateEvery));
    return new Start(
        new ObjectiveSource(new Evaluator(mlp, split.train()), sampling, seed),
        wide(mlp.initialise(seed)),
        observers);
  }

  /** What it trains on: the model over the training examples, with work space of its own. */
  public Evaluator evaluator() {
    return new Evaluator(mlp, Split.of(data, testExamples, seed).train());
  }

  private static double[] wide(float[] theta) {
    double[] wide = new double[theta.length];
    for (int p = 0; p < wide.length; p++) {
      wide[p] = theta[p];
    }
    return wide;
  }
}
