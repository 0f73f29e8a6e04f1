/** The {@code thermograd} command: wires the parts of the path together, decides nothing itself. */
@org.jspecify.annotations.NullMarked
package io.thermograd.app;
