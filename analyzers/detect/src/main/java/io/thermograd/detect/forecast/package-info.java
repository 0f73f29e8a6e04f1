/** Statements about the future, each scored when its time comes. */
@org.jspecify.annotations.NullMarked
package io.thermograd.detect.forecast;
