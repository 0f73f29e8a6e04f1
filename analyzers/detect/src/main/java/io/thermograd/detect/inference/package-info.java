/** Averages of dependent series with intervals. */
@org.jspecify.annotations.NullMarked
package io.thermograd.detect.inference;
