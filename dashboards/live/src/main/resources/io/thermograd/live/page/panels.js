// What the charts show, section by section. Units and meanings come from the server's catalogue of
// quantities; what is said here is how to read the picture.
//
// A panel draws a quantity over steps: `dots` a second quantity as points, `reference` one as a dashed
// line, `level` a constant as one. Ranks draw the latest elements of a quantity that has several, and
// `beside` what is expected of them.

export const SECTIONS = [
  {
    title: "Training",
    panels: [
      {
        id: "loss",
        title: "Loss",
        quantity: "loss",
        dots: "batch_loss",
        ribbon: true,
        hint: "Light dots are single mini-batches, the line their smoothed mean, the band its 95 % interval. The strip below: what the run was doing.",
      },
      {
        id: "learning_rate",
        title: "Learning rate η",
        quantity: "learning_rate",
        stepped: true,
        hint: "As the trainer reported it.",
      },
    ],
  },
  {
    title: "Basins and forecasts",
    views: ["basins", "forecasts"],
    panels: [
      {
        id: "escape_probability",
        title: "Escape within the budget",
        quantity: "escape_probability",
        bounds: true,
        hint: "How likely it is that the run leaves its basin before its budget of steps is spent. Near 0: what it has is what it gets. While no escape has been seen only a bound is known, held with 95 %; the forecast below, which is scored, is the mean over all rates that are still possible.",
      },
      {
        id: "spectral_gap",
        title: "Spectral gap",
        quantity: "spectral_gap_autocorrelation",
        reference: "spectral_gap_basins",
        referenceName: "basins",
        log: true,
        hint: "1 / the slowest relaxation time, per unit of SGD time, from the autocorrelation of the slowest coordinate. Dashed: from passages between basins. A gap that closes: the run is being trapped.",
      },
    ],
    ranks: [
      {
        id: "timescales",
        title: "Implied timescales",
        quantity: "implied_timescales",
        elements: "Timescales",
        point: "t",
        headlineNote: "steps, the slowest",
        hint: "How long the slow motions between basins take, in steps, slowest first.",
      },
    ],
  },
  {
    title: "Stationarity",
    views: ["averages"],
    panels: [
      {
        id: "loss_drift",
        title: "Drift of the loss",
        quantity: "loss_drift",
        level: 0,
        referenceName: "flat",
        hint: "Slope of the loss, with an error that knows how long the loss remembers. The interval on one side of 0: it falls, or rises.",
      },
      {
        id: "loss_autocorrelation_time",
        title: "Autocorrelation time",
        quantity: "loss_autocorrelation_time",
        log: true,
        hint: "Steps after which the loss has forgotten where it was. So many steps are worth one independent sample.",
      },
      {
        id: "fluctuation_dissipation",
        title: "Fluctuation–dissipation",
        quantity: "fluctuation_dissipation_ratio",
        level: 1,
        referenceName: "equilibrium",
        hint: "1: what the noise puts in, the slope takes out: thermal equilibrium. Away from it the parameters still travel.",
      },
      {
        id: "critical_slowing_down",
        title: "Critical slowing down",
        quantity: "critical_slowing_down",
        level: 0,
        referenceName: "none",
        hint: "Kendall's τ of the loss's variance and memory against time. Both rising towards 1: the run is about to leave its basin, or to become unstable.",
      },
    ],
  },
  {
    title: "Gradient noise",
    panels: [
      {
        id: "noise_scale",
        title: "Gradient noise scale",
        quantity: "gradient_noise_scale",
        reference: "batch_size",
        referenceName: "B",
        bounds: true,
        log: true,
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
        id: "effective_dimension",
        title: "Effective dimension",
        quantity: "effective_dimension",
        hint: "Few directions: the noise is concentrated and a temperature says little about the others.",
      },
      {
        id: "tail_index",
        title: "Tail index",
        quantity: "noise_tail_index",
        bounds: true,
        hint: "How heavy the noise's tails are: below 2 its variance is governed by single batches. Arrows: it is at least this, as for normal noise.",
      },
    ],
    ranks: [
      {
        id: "spectrum",
        title: "Noise spectrum",
        quantity: "noise_eigenvalues",
        elements: "Eigenvalues",
        point: "λ",
        headline: "noise_anisotropy",
        headlineNote: "of tr Σ in the first",
        hint: "Each point is one direction, strongest first; the bar is its 95 % interval. A steep fall: the noise lives in a few directions. Only directions that stand out of the bulk are shown.",
      },
      {
        id: "layers",
        title: "Noise by layer",
        quantity: "layer_noise_trace",
        elements: "Layers",
        point: "layer",
        headline: "noise_trace",
        headlineNote: "in all layers",
        hint: "tr Σ of each of the first ten layers, in the order in which the run names them; the bar is its 95 % interval. Only runs that send layer sketches have it.",
      },
    ],
  },
  {
    title: "Curvature",
    panels: [
      {
        id: "sharpness",
        title: "Sharpness λ_max",
        quantity: "sharpness",
        reference: "stability_limit",
        referenceName: "limit",
        log: true,
        bounds: true,
        hint: "The largest curvature of the loss. Dashed: what this optimizer can stand at this learning rate; above it, steps overshoot and grow.",
      },
      {
        id: "stability_ratio",
        title: "Distance to the edge",
        quantity: "stability_ratio",
        level: 1,
        referenceName: "edge",
        log: true,
        bounds: true,
        hint: "Sharpness over the largest one that is stable. 1 is the edge of stability: large networks trained with large batches hover there; beyond it a run diverges or is thrown out of its valley.",
      },
      {
        id: "curvature_rayleigh",
        title: "Curvature along the updates",
        quantity: "curvature_rayleigh",
        hint: "What the optimizer's own steps feel, averaged over the directions it takes. Far below the sharpness: progress is made in flat directions.",
      },
      {
        id: "alignment",
        title: "Noise–curvature alignment",
        quantity: "noise_curvature_alignment",
        hint: "1: the noise is shaped like the curvature, as in well-trained networks; it then shakes the run out of sharp directions. 0: they have nothing in common.",
      },
    ],
  },
  {
    title: "Equilibrium",
    panels: [
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
        reference: "thermal_energy_measured",
        referenceName: "measured",
        hint: "The part of the loss that noise alone keeps up at equilibrium: lowering η/B takes it away. Dashed: what the fluctuations of the parameters carry at present.",
      },
      {
        id: "half_rate",
        title: "If the learning rate were halved",
        quantity: "loss_change_half_learning_rate",
        hint: "By how much the loss would change once it has settled again: what the noise holds up now. Only while the loss is stationary.",
      },
      {
        id: "covariance_ratio",
        title: "Variance over its prediction",
        quantity: "covariance_ratio",
        level: 1,
        referenceName: "equilibrium",
        hint: "1: the parameters fluctuate as learning rate, noise and curvature say they do at equilibrium. Above: they still wander; below: they have not spread yet.",
      },
      {
        id: "rotational_flow",
        title: "Rotational flow",
        quantity: "rotational_flow",
        level: 0,
        referenceName: "none",
        hint: "Away from 0: the parameters circulate instead of only fluctuating, and detailed balance does not hold.",
      },
    ],
    ranks: [
      {
        id: "temperatures",
        title: "Temperature by direction",
        quantity: "temperature_measured",
        elements: "Temperatures",
        point: "T",
        beside: "temperature_predicted",
        besideName: "predicted",
        headline: "temperature_spread",
        headlineNote: "spread over directions",
        hint: "Twice the energy of the fluctuations along each sharp direction, sharpest first. All equal: equipartition, one temperature describes the run. Circles: what noise and curvature predict.",
      },
    ],
  },
];
