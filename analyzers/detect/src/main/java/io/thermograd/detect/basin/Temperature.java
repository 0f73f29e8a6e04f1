package io.thermograd.detect.basin;

/**
 * How hot a step is.
 *
 * @param nominal η_eff/B, η_eff where the batch size is not known; NaN without a learning rate
 * @param rate η_eff
 * @param effective T, loss; NaN while unknown
 */
record Temperature(double nominal, double rate, double effective) {}
