/**
 * The schema of the path: events in (protobuf, {@code .tgr}, JSON Lines), insights and alerts out
 * (JSON), and the topics they travel on.
 */
@org.jspecify.annotations.NullMarked
package io.thermograd.wire;
