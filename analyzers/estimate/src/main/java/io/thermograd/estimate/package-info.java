/**
 * Streaming estimators, one step at a time, in memory that does not grow. Pure numerics: no Kafka,
 * no clock, no threads; an estimator belongs to one thread.
 */
@org.jspecify.annotations.NullMarked
package io.thermograd.estimate;
