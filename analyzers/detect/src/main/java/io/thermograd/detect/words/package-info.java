/** Numbers as sentences write them. */
@org.jspecify.annotations.NullMarked
package io.thermograd.detect.words;
