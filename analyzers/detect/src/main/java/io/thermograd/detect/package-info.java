/**
 * From estimates to diagnoses: regime, alerts, verdict. Pure: no Kafka, no clock, no threads; a
 * detector belongs to one thread.
 */
@org.jspecify.annotations.NullMarked
package io.thermograd.detect;
