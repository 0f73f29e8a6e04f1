/** A training with the Deep Java Library, watched. */
@org.jspecify.annotations.NullMarked
package io.thermograd.examples.djl;
