/** Which part may know which: the dependency table of the architecture as a test. */
@org.jspecify.annotations.NullMarked
package io.thermograd.architecture;
