@org.jspecify.annotations.NullMarked
package io.thermograd.examples.djl;
