/** What the product costs, each number beside the peer it is to be compared with. */
@org.jspecify.annotations.NullMarked
package io.thermograd.benchmarks;
