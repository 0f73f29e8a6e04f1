/** Basins that a run is seen to dwell in, and its passages between them. */
@org.jspecify.annotations.NullMarked
package io.thermograd.detect.basin;
