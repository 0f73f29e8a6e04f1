/** The alarm rules that others use, as they define them, each with its source. */
@NullMarked
package io.thermograd.accuracy.peer;

import org.jspecify.annotations.NullMarked;
