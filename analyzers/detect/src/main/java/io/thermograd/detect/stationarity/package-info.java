/** Whether a run still descends, lies on a plateau, or is at equilibrium. */
@org.jspecify.annotations.NullMarked
package io.thermograd.detect.stationarity;
