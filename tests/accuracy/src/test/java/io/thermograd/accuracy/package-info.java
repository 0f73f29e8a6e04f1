/** How far estimates are from values computed by other means, as tables. */
@org.jspecify.annotations.NullMarked
package io.thermograd.accuracy;
