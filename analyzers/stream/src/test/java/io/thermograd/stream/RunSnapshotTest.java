package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RunSnapshotTest {
  private static byte[] snapshot() {
    PartitionFold fold = new PartitionFold(WorkerHarness.ANALYSIS, WorkerHarness.LIMITS);
    Random random = new Random(3);
    Recorded out = new Recorded();
    Trainers.Sent s = Trainers.send(Trainers.started("cologne-1", 2));
    fold.apply(0, s.key(), s.value(), out);
    for (int i = 0; i < 30; i++) {
      s = Trainers.send(Trainers.step("cologne-1", 2, i, random));
      fold.apply(1 + i, s.key(), s.value(), out);
    }
    return RunSnapshot.encode(fold.runs().iterator().next());
  }

  @Test
  void comesBackWithTheSameBits() throws CorruptSnapshotException {
    byte[] bytes = snapshot();
    RunEntry e = RunSnapshot.decode(bytes, WorkerHarness.ANALYSIS);
    assertThat(e.runId).isEqualTo("cologne-1");
    assertThat(e.includedOffset).isEqualTo(30);
    assertThat(e.starts).isEqualTo(1);
    assertThat(e.attempt).isEqualTo(2);
    assertThat(RunSnapshot.encode(e)).isEqualTo(bytes);
  }

  @Test
  void refusesEveryFlippedBit() {
    byte[] bytes = snapshot();
    Random random = new Random(5);
    for (int i = 0; i < 500; i++) {
      byte[] bad = bytes.clone();
      int bit = random.nextInt(8 * bad.length);
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> RunSnapshot.decode(bad, WorkerHarness.ANALYSIS))
          .isInstanceOf(CorruptSnapshotException.class);
    }
  }

  @Test
  void refusesEveryTruncation() {
    byte[] bytes = snapshot();
    for (int n = 0; n < bytes.length; n++) {
      byte[] bad = java.util.Arrays.copyOf(bytes, n);
      assertThatThrownBy(() -> RunSnapshot.decode(bad, WorkerHarness.ANALYSIS))
          .isInstanceOf(CorruptSnapshotException.class);
    }
  }

  @Test
  void namesAVersionItDoesNotKnow() {
    byte[] bytes = snapshot();
    bytes[0] = 9;
    assertThatThrownBy(() -> RunSnapshot.decode(bytes, WorkerHarness.ANALYSIS))
        .hasMessageContaining("format version 9");
  }

  @Test
  void refusesAStateOfOtherSettings() {
    AnalysisConfig a = WorkerHarness.ANALYSIS;
    AnalysisConfig other =
        new AnalysisConfig(
            a.noiseHalfLife() / 2,
            a.lossHalfLife(),
            a.insightEverySteps(),
            a.insightEverySeconds(),
            a.assemblyWindowSteps(),
            a.assemblyWindowSeconds());
    assertThatThrownBy(() -> RunSnapshot.decode(snapshot(), other))
        .isInstanceOf(CorruptSnapshotException.class)
        .hasMessageContaining("other settings");
  }

  @Test
  void anotherGroupsSnapshotsAreNobodysGarbage() {
    byte[] key = SnapshotKey.bytes(SnapshotKey.of(SnapshotKey.newWriter("a/b"), "run"));
    for (String group : List.of("a", "a/b", "a/b~")) {
      var builder = new LoadedSnapshots.Builder(group, 0, WorkerHarness.ANALYSIS);
      builder.accept(key, snapshot());
      LoadedSnapshots loaded = builder.build(WorkerListener.NONE);
      assertThat(loaded.runs()).hasSize(group.equals("a/b") ? 1 : 0);
      assertThat(loaded.garbage()).isEmpty();
    }
  }
}
