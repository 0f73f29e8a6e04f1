/** What a run is doing, as states and the ways between them. */
@org.jspecify.annotations.NullMarked
package io.thermograd.detect.regime;
