/**
 * What estimators take in and give out: a step, the settings of its run, and the list of
 * quantities.
 */
@org.jspecify.annotations.NullMarked
package io.thermograd.estimate.step;
