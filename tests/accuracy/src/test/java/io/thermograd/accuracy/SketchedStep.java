package io.thermograd.accuracy;

import io.thermograd.agent.Sketcher;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.train.StepView;
import java.util.Arrays;

/** What analyzers would see of a trainer's step, without the wire between. */
final class SketchedStep {
  private SketchedStep() {}

  static TrainingStep of(StepView view, Sketcher sketcher) {
    float[][] sketches = new float[view.gradients().length][sketcher.dim()];
    int[] examples = new int[sketches.length];
    Arrays.fill(examples, view.microBatchSize());
    for (int j = 0; j < sketches.length; j++) {
      sketcher.sketch(view.gradients()[j], sketches[j]);
    }
    float[] theta = new float[sketcher.dim()];
    sketcher.sketch(view.theta(), theta);
    return TrainingStep.at(view.step(), view.step())
        .loss(view.loss())
        .learningRate(view.learningRate())
        .batchSize(view.batchSize())
        .examples(examples)
        .sketches(sketches)
        .motion(new Motion(theta, null, null))
        .build();
  }
}
