package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.stream.PartitionFold.Outcome;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.proto.Event;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PartitionFoldTest {
  private final PartitionFold fold =
      new PartitionFold(WorkerHarness.ANALYSIS, WorkerHarness.LIMITS);
  private final Recorded out = new Recorded();
  private final Random random = new Random(1);
  private long offset;

  private Outcome apply(Event e) {
    return apply(Trainers.send(e));
  }

  private Outcome apply(Trainers.Sent s) {
    return fold.apply(offset++, s.key(), s.value(), out);
  }

  private DeadLetter lastLetter() {
    return out.deadLetters.get(out.deadLetters.size() - 1);
  }

  private void start(int... others) {
    for (int i : others) {
      apply(Trainers.started("other-" + i, 0));
    }
  }

  private RunEntry entry(String run) {
    return fold.runs().stream().filter(e -> e.runId.equals(run)).findFirst().orElseThrow();
  }

  @Test
  void runsAreWhatTheirOwnFoldsSay() throws IOException {
    RunFold alone = new RunFold("a", WorkerHarness.ANALYSIS);
    Recorded ignored = new Recorded();
    FoldOutput to = new ForwardTo(ignored);
    Event[] events = new Event[12];
    events[0] = Trainers.started("a", 0);
    for (int i = 1; i < events.length; i++) {
      events[i] = Trainers.step("a", 0, i - 1, random);
    }
    for (Event e : events) {
      alone.apply(e, to);
      assertThat(apply(e)).isEqualTo(Outcome.ACCEPTED);
      apply(Trainers.step("nobody", 0, 1, random));
    }
    assertThat(bytes(Objects.requireNonNull(entry("a").fold))).isEqualTo(bytes(alone));
    assertThat(out.insights).isEqualTo(ignored.insights).isNotEmpty();
    assertThat(entry("a").includedOffset).isEqualTo(22);
  }

  @Test
  void rejectsWithKindReasonAndBytes() {
    byte[] junk = {(byte) 0xff, 1, 2};
    assertThat(apply(new Trainers.Sent(Trainers.key("a"), junk))).isEqualTo(Outcome.REJECTED);
    assertThat(lastLetter().kind()).isEqualTo(RejectionKind.MALFORMED);
    assertThat(lastLetter().value()).isSameAs(junk);
    assertThat(lastLetter().offset()).isZero();

    apply(new Trainers.Sent(Trainers.key("a"), null));
    assertThat(lastLetter().kind()).isEqualTo(RejectionKind.MALFORMED);

    apply(new Trainers.Sent(Trainers.key("a"), new byte[5_000]));
    assertThat(lastLetter().kind()).isEqualTo(RejectionKind.OVERSIZED);
    assertThat(lastLetter().message()).contains("5000").contains("4096");

    apply(Trainers.step("a", 0, 0, random));
    assertThat(lastLetter().kind()).isEqualTo(RejectionKind.UNKNOWN_RUN);
    assertThat(lastLetter().message()).contains("'a'").contains("run_started");

    Event start = Trainers.started("a", 0);
    apply(new Trainers.Sent(Trainers.key("b"), Trainers.send(start).value()));
    assertThat(lastLetter().kind()).isEqualTo(RejectionKind.INVALID);
    assertThat(lastLetter().message()).contains("'b'").contains("'a'");
    apply(new Trainers.Sent(null, Trainers.send(start).value()));
    assertThat(lastLetter().message()).contains("missing");

    apply(start);
    apply(start);
    assertThat(lastLetter().kind()).isEqualTo(RejectionKind.DUPLICATE);
    assertThat(out.deadLetters).hasSize(7);
  }

  @Test
  void skipsWhatASnapshotIncludes() throws CorruptSnapshotException {
    apply(Trainers.started("a", 0));
    for (int i = 0; i < 5; i++) {
      apply(Trainers.step("a", 0, i, random));
    }
    byte[] snapshot = RunSnapshot.encode(entry("a"));
    PartitionFold later = new PartitionFold(WorkerHarness.ANALYSIS, WorkerHarness.LIMITS);
    later.restore(RunSnapshot.decode(snapshot, WorkerHarness.ANALYSIS));
    later.startAt(0, 0, 0);
    Recorded again = new Recorded();
    Trainers.Sent any = Trainers.send(Trainers.step("a", 0, 9, random));
    assertThat(later.apply(5, any.key(), any.value(), again)).isEqualTo(Outcome.SKIPPED);
    assertThat(RunSnapshot.encode(later.runs().iterator().next())).isEqualTo(snapshot);
    assertThat(later.dirty()).isEmpty();
    assertThat(later.apply(6, any.key(), any.value(), again)).isEqualTo(Outcome.ACCEPTED);
    assertThat(later.dirty()).hasSize(1);
  }

  @Test
  void forgetsARunThatIsSilentWhileOthersStart() {
    apply(Trainers.started("a", 0));
    start(1, 2, 3, 4, 5, 6); // the limit
    assertThat(fold.drainForgotten()).isEmpty();
    assertThat(apply(Trainers.step("a", 0, 0, random))).isEqualTo(Outcome.ACCEPTED);
    start(7, 8, 9, 10, 11, 12, 13); // one more
    assertThat(apply(Trainers.step("a", 0, 1, random))).isEqualTo(Outcome.REJECTED);
    assertThat(lastLetter().kind()).isEqualTo(RejectionKind.UNKNOWN_RUN);
    // 13 others started in all; the newest seven are no more than six starts old.
    assertThat(fold.drainForgotten()).hasSize(7);
    assertThat(fold.runs()).hasSize(7);
  }

  @Test
  void shrinksARunThatHasFinished() {
    apply(Trainers.started("a", 0));
    apply(Trainers.step("a", 0, 0, random));
    apply(Trainers.finished("a", 0, 1_001));
    start(1, 2);
    fold.drainForgotten();
    assertThat(entry("a").standing).isEqualTo(RunEntry.Standing.ANALYSED);
    start(3);
    fold.drainForgotten();
    assertThat(entry("a").standing).isEqualTo(RunEntry.Standing.OVER);
    assertThat(RunSnapshot.encode(entry("a"))).hasSizeLessThan(40);
    apply(Trainers.step("a", 0, 1, random));
    assertThat(lastLetter().kind()).isEqualTo(RejectionKind.OUT_OF_ORDER);
    apply(Trainers.started("a", 0));
    assertThat(lastLetter().message()).contains("attempt 1");
    assertThat(apply(Trainers.started("a", 1))).isEqualTo(Outcome.ACCEPTED);
    assertThat(apply(Trainers.step("a", 1, 0, random))).isEqualTo(Outcome.ACCEPTED);
  }

  @Test
  void rebuildsOnlyTheRunsAskedForAndSaysNothingTwice() {
    apply(Trainers.started("a", 0));
    apply(Trainers.started("b", 0));
    Trainers.Sent[] log = new Trainers.Sent[22];
    log[0] = Trainers.send(Trainers.started("a", 0));
    log[1] = Trainers.send(Trainers.started("b", 0));
    for (int i = 2; i < log.length; i++) {
      log[i] = Trainers.send(Trainers.step(i % 2 == 0 ? "a" : "b", 0, (i - 2) / 2, random));
      apply(log[i]);
    }
    byte[] expected = RunSnapshot.encode(entry("a"));

    PartitionFold later = new PartitionFold(WorkerHarness.ANALYSIS, WorkerHarness.LIMITS);
    later.startAt(0, 2, log.length);
    later.rebuild(Set.of("a"), log.length);
    Recorded again = new Recorded();
    for (int o = 0; o < log.length; o++) {
      assertThat(later.rebuilding()).isTrue();
      assertThat(later.apply(o, log[o].key(), log[o].value(), again)).isEqualTo(Outcome.SKIPPED);
    }
    assertThat(later.rebuilding()).isFalse();
    assertThat(again.insights).isEmpty();
    assertThat(again.runs).isEmpty();
    assertThat(later.runs()).hasSize(1);
    assertThat(RunSnapshot.encode(later.runs().iterator().next())).isEqualTo(expected);
  }

  private static byte[] bytes(RunFold fold) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    fold.writeTo(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
