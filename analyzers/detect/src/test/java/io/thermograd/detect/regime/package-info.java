@org.jspecify.annotations.NullMarked
package io.thermograd.detect.regime;
