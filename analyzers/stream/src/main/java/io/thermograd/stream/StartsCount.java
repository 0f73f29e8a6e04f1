package io.thermograd.stream;

/**
 * How many runs had started in a partition, as the metadata of a commit: the one number beside the
 * runs' own snapshots that a replay needs, so it travels with the offset, in one piece.
 *
 * @param count of valid run starts before {@code from}
 * @param from the offset from which on starts have to be counted; the commit's own, or later when
 *     the count was taken over from a snapshot
 */
record StartsCount(long count, long from) {
  static StartsCount parse(String metadata) {
    int at = metadata.indexOf('@');
    try {
      return at < 0
          ? new StartsCount(0, 0)
          : new StartsCount(
              Long.parseLong(metadata, 0, at, 10),
              Long.parseLong(metadata, at + 1, metadata.length(), 10));
    } catch (NumberFormatException e) {
      return new StartsCount(0, 0); // set by hand, as kafka-consumer-groups --reset-offsets does
    }
  }

  @Override
  public String toString() {
    return count + "@" + from;
  }
}
