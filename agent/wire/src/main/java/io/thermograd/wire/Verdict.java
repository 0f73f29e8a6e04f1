package io.thermograd.wire;

/**
 * A diagnosis a person can act on.
 *
 * @param title one sentence: what is the case
 * @param why the evidence, with numbers
 * @param next one action and its predicted effect
 */
public record Verdict(Severity severity, String title, String why, String next) {}
