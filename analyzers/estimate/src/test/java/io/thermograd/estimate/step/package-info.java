@org.jspecify.annotations.NullMarked
package io.thermograd.estimate.step;
