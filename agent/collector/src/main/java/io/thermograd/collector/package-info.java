/**
 * The HTTP way to the topic of steps, for trainers without a Kafka client: {@code POST /v1/events}.
 *
 * <p>An event is accepted only once Kafka has it; what cannot be decided in time is answered with
 * 503 and is to be sent again, which does no harm: analyzers reject what they have seen.
 */
@NullMarked
package io.thermograd.collector;

import org.jspecify.annotations.NullMarked;
