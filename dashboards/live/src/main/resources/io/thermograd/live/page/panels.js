// What the charts show. Units and meanings come from the server's catalogue of quantities; what is
// said here is how to read the picture.

export const PANELS = [
  {
    id: "loss",
    title: "Loss",
    quantity: "loss",
    dots: "batch_loss",
    wide: true,
    hint: "Light dots are single mini-batches, the line their smoothed mean, the band its 95 % interval.",
  },
  {
    id: "noise_scale",
    title: "Gradient noise scale",
    quantity: "gradient_noise_scale",
    reference: "batch_size",
    referenceName: "B",
    bounds: true,
    log: true,
    wide: true,
    hint: "Dashed: the batch size in use. Line far above it: a larger batch buys nearly proportional progress. Far below: examples are wasted. Arrows: only a lower bound is known.",
  },
  {
    id: "gradient_sqnorm",
    title: "Signal ‖G‖²",
    quantity: "gradient_sqnorm",
    hint: "What is left of the gradient when the noise is taken away. The estimate may be negative where it is lost in the noise.",
  },
  {
    id: "noise_trace",
    title: "Noise tr Σ",
    quantity: "noise_trace",
    hint: "How much single examples disagree about the gradient. It does not depend on the batch size.",
  },
  {
    id: "temperature",
    title: "Temperature",
    quantity: "temperature_effective",
    hint: "How strongly the noise shakes the parameters at these settings, per direction it spreads in.",
  },
  {
    id: "thermal_energy",
    title: "Thermal energy",
    quantity: "thermal_energy",
    hint: "The part of the loss that noise alone keeps up at equilibrium: lowering η/B takes it away.",
  },
  {
    id: "effective_dimension",
    title: "Effective dimension",
    quantity: "effective_dimension",
    hint: "Few directions: the noise is concentrated and a temperature says little about the others.",
  },
  {
    id: "learning_rate",
    title: "Learning rate η",
    quantity: "learning_rate",
    stepped: true,
    hint: "As the trainer reported it.",
  },
];
