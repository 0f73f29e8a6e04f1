/**
 * Statistics of dependent series: correlators, batch means, prewhitening, sequential tests. Every
 * class is an accumulator of one thread, in bounded memory.
 */
@org.jspecify.annotations.NullMarked
package io.thermograd.detect.series;
