/** What runs inside a training process on the JVM: sketch, reporter, transports. */
@org.jspecify.annotations.NullMarked
package io.thermograd.agent;
