/** From topic to insight: the fold over a run's events, and the worker that drives it. */
@org.jspecify.annotations.NullMarked
package io.thermograd.stream;
