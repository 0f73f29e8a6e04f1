/** The whole path with real parts: a broker, Prometheus, a browser, other processes. */
@org.jspecify.annotations.NullMarked
package io.thermograd.endtoend;
