package io.thermograd.stream;

import io.thermograd.wire.RejectionKind;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be used. Its arrays are the record's own: neither copied nor to be
 * changed.
 *
 * @param message one line that names field, value and remedy
 * @param value as it came; null if it had none
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record DeadLetter(
    RejectionKind kind,
    String message,
    long offset,
    byte @Nullable [] key,
    byte @Nullable [] value) {}
