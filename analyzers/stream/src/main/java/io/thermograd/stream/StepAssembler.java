package io.thermograd.stream;

import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.proto.StepEvent;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Assembles steps from the events of their ranks, and hands them on in rising order.
 *
 * <p>A step is complete when every rank's event is there. One that is not is given up when one of
 * its ranks has run so many seconds of its own event time ahead; and earlier, when newer steps have
 * run so many steps ahead and that took 2 seconds, or more is held than 4 MiB. So steps of a few
 * milliseconds, of which many pass while one rank's events are on their way, are waited for as
 * well. What is given up is used with the ranks that came if those hold at least 2 micro-batches,
 * else counted as missing. All of it depends on the events alone, never on a clock, and two ranks'
 * clocks are never compared.
 *
 * <p>A run that reports every N-th step misses nothing: gaps are counted in units of the stride,
 * the smallest gap seen since one came twice in a row. So a run that changes its stride counts one
 * gap.
 *
 * <p>Memory: the ranks' events of at most the window's steps, or 4 MiB of them where those are
 * less. One owner thread.
 */
final class StepAssembler {
  private static final int REMEMBERED = 64;
  private static final double LEAST_SECONDS = 2;
  private static final long MOST_BYTES = 4 << 20;

  private final int worldSize;
  private final AnalysisConfig config;

  private final NavigableMap<Long, NavigableMap<Integer, StepEvent>> pending = new TreeMap<>();
  private long pendingBytes;
  private final NavigableMap<Long, BitSet> released = new TreeMap<>();
  private long lastReleased = -1;
  private long newestStep = -1;
  private final NavigableMap<Integer, Double> newestTimes = new TreeMap<>();
  private long stride;
  private long lastGap;
  private long missing;

  StepAssembler(int worldSize, AnalysisConfig config) {
    this.worldSize = Math.max(1, worldSize);
    this.config = config;
  }

  /**
   * Takes one event; hands over the steps that it completes.
   *
   * @return why the event cannot be used, or empty
   */
  Optional<Rejection> offer(StepEvent event, Consumer<TrainingStep> steps) {
    if (event.getRank() >= worldSize) {
      return reject(
          RejectionKind.INVALID,
          "rank should be below world_size " + worldSize + ": was " + event.getRank());
    }
    if (event.getStep() <= lastReleased) {
      return reject(
          stale(event),
          "step "
              + event.getStep()
              + " of rank "
              + event.getRank()
              + " came after step "
              + lastReleased
              + " had been analysed");
    }
    var ranks = pending.computeIfAbsent(event.getStep(), s -> new TreeMap<>());
    if (ranks.putIfAbsent(event.getRank(), event) != null) {
      return reject(
          RejectionKind.DUPLICATE,
          "step " + event.getStep() + " of rank " + event.getRank() + " came twice");
    }
    pendingBytes += event.getSerializedSize();
    newestStep = Math.max(newestStep, event.getStep());
    newestTimes.put(event.getRank(), event.getTime());
    release(steps, false);
    return Optional.empty();
  }

  /** Hands over everything still pending; the run has ended. */
  void flush(Consumer<TrainingStep> steps) {
    release(steps, true);
  }

  /** Steps that never came, or came with too few ranks to use. */
  long missing() {
    return missing;
  }

  private static Optional<Rejection> reject(RejectionKind kind, String message) {
    return Optional.of(new Rejection(kind, message));
  }

  private RejectionKind stale(StepEvent event) {
    BitSet ranks = released.get(event.getStep());
    return ranks != null && ranks.get(event.getRank())
        ? RejectionKind.DUPLICATE
        : RejectionKind.OUT_OF_ORDER;
  }

  private void release(Consumer<TrainingStep> steps, boolean all) {
    while (!pending.isEmpty()) {
      var lowest = pending.firstEntry();
      boolean complete = lowest.getValue().size() == worldSize;
      if (!complete && !all && !givenUp(lowest)) {
        return;
      }
      pending.pollFirstEntry();
      List<StepEvent> events = new ArrayList<>(lowest.getValue().values());
      pendingBytes -= events.stream().mapToLong(StepEvent::getSerializedSize).sum();
      countGap(lowest.getKey());
      remember(lowest.getKey(), lowest.getValue());
      if (complete || microBatches(events) >= 2) {
        steps.accept(StepConverter.convert(events, complete));
      } else {
        missing++;
      }
    }
  }

  private boolean givenUp(Map.Entry<Long, NavigableMap<Integer, StepEvent>> entry) {
    double seconds =
        entry.getValue().values().stream()
            .mapToDouble(e -> newestTimes.getOrDefault(e.getRank(), e.getTime()) - e.getTime())
            .max()
            .orElse(0);
    return seconds >= config.assemblyWindowSeconds()
        || (newestStep - entry.getKey() >= config.assemblyWindowSteps()
            && (seconds >= LEAST_SECONDS || pendingBytes > MOST_BYTES));
  }

  private static int microBatches(List<StepEvent> events) {
    return events.stream().mapToInt(StepEvent::getMicroBatchesCount).sum();
  }

  private void countGap(long step) {
    if (lastReleased >= 0) {
      long gap = step - lastReleased;
      stride = stride == 0 || gap == lastGap ? gap : Math.min(stride, gap);
      lastGap = gap;
      missing += gap / stride - 1;
    }
    lastReleased = step;
  }

  private void remember(long step, Map<Integer, StepEvent> ranks) {
    BitSet seen = new BitSet();
    ranks.keySet().forEach(seen::set);
    released.put(step, seen);
    if (released.size() > REMEMBERED) {
      released.pollFirstEntry();
    }
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(lastReleased);
    out.writeLong(newestStep);
    out.writeInt(newestTimes.size());
    for (var entry : newestTimes.entrySet()) {
      out.writeInt(entry.getKey());
      out.writeDouble(entry.getValue());
    }
    out.writeLong(stride);
    out.writeLong(lastGap);
    out.writeLong(missing);
    out.writeInt(released.size());
    for (var entry : released.entrySet()) {
      out.writeLong(entry.getKey());
      writeBytes(out, entry.getValue().toByteArray());
    }
    out.writeInt(pending.values().stream().mapToInt(Map::size).sum());
    for (var ranks : pending.values()) {
      for (StepEvent event : ranks.values()) {
        writeBytes(out, event.toByteArray());
      }
    }
  }

  void readFrom(DataInput in) throws IOException {
    lastReleased = in.readLong();
    newestStep = in.readLong();
    newestTimes.clear();
    for (int n = in.readInt(); n > 0; n--) {
      newestTimes.put(in.readInt(), in.readDouble());
    }
    stride = in.readLong();
    lastGap = in.readLong();
    missing = in.readLong();
    released.clear();
    for (int n = in.readInt(); n > 0; n--) {
      released.put(in.readLong(), BitSet.valueOf(readBytes(in)));
    }
    pending.clear();
    pendingBytes = 0;
    for (int n = in.readInt(); n > 0; n--) {
      StepEvent event = StepEvent.parseFrom(readBytes(in));
      pending.computeIfAbsent(event.getStep(), s -> new TreeMap<>()).put(event.getRank(), event);
      pendingBytes += event.getSerializedSize();
    }
  }

  static void writeBytes(DataOutput out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static byte[] readBytes(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > 1 << 26) {
      throw new IOException("state claims a field of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return bytes;
  }
}
