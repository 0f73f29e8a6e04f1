/** Runs experiments and shows what they found: as text, as JSON, as a page. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.report;
