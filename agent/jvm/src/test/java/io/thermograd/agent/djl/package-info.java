@org.jspecify.annotations.NullMarked
package io.thermograd.agent.djl;
