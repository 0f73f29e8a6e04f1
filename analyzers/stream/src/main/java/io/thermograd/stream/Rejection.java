package io.thermograd.stream;

import io.thermograd.wire.RejectionKind;

/** Why an event was not used. */
record Rejection(RejectionKind kind, String message) {}
