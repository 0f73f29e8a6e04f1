@org.jspecify.annotations.NullMarked
package io.thermograd.collector;
