/** Watches trainings of the Deep Java Library; needs {@code ai.djl:api}, which is optional. */
@org.jspecify.annotations.NullMarked
package io.thermograd.agent.djl;
