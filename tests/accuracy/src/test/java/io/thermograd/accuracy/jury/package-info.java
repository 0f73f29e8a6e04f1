/** Judges what detectors said of a run by what is known to be true of it. */
@NullMarked
package io.thermograd.accuracy.jury;

import org.jspecify.annotations.NullMarked;
