/** Growth of the loss: a warning first, critical once it neither returns nor settles. */
@org.jspecify.annotations.NullMarked
package io.thermograd.detect.divergence;
