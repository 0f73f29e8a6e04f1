package io.thermograd.live;

/**
 * What a {@link LiveStore} holds and what it did not keep, since it was made.
 *
 * @param runs runs held
 * @param points insights held
 * @param duplicates insights and alerts that were already there, unchanged
 * @param thinned insights that made room for newer ones
 * @param evictedRuns runs that made room for newer ones
 * @param evictedAttempts attempts that made room for newer ones
 * @param evictedAlerts alerts that made room for newer ones
 * @param refused records of runs older than every run held, while the store was full
 * @param unreadable records that could not be decoded
 */
public record StoreCounts(
    int runs,
    int points,
    long duplicates,
    long thinned,
    long evictedRuns,
    long evictedAttempts,
    long evictedAlerts,
    long refused,
    long unreadable) {}
