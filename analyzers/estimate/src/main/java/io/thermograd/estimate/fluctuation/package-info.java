/** How the parameters fluctuate at stationarity, and what that says about other settings. */
@org.jspecify.annotations.NullMarked
package io.thermograd.estimate.fluctuation;
