package io.thermograd.collector;

import io.thermograd.wire.RejectionKind;

/**
 * An event of a request that cannot be used.
 *
 * @param index its place among the request's events, from 0
 * @param line its line in JSON Lines, from 1; 0 in protobuf
 * @param reason one line that names field, value and remedy
 */
record Rejection(int index, int line, RejectionKind kind, String reason) {}
