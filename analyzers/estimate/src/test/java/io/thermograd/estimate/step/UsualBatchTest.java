package io.thermograd.estimate.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class UsualBatchTest {
  private static long[] follow(UsualBatch batch, long... sizes) {
    return Arrays.stream(sizes).map(batch::accept).toArray();
  }

  @Test
  void theLastBatchOfAnEpochIsNoChange() {
    assertThat(follow(new UsualBatch(), 64, 64, 5, 64, 64, 5, 64)).containsOnly(64);
    assertThat(follow(new UsualBatch(), 64, 5, 64, 5, 64, 5)).containsOnly(64); // epochs of two
  }

  @Test
  void aChangeIsTakenFromItsSecondStepOn() {
    assertThat(follow(new UsualBatch(), 64, 64, 128, 128, 128))
        .containsExactly(64, 64, 64, 128, 128);
    assertThat(follow(new UsualBatch(), 64, 65, 66, 67, 68)).containsExactly(64, 64, 66, 66, 68);
    // A run that begins with the odd one.
    assertThat(follow(new UsualBatch(), 5, 64, 64, 64)).containsExactly(5, 5, 64, 64);
  }

  @Test
  void goesOnAfterARestore() throws IOException {
    var batch = new UsualBatch();
    follow(batch, 64, 64, 128);
    var bytes = new ByteArrayOutputStream();
    batch.writeTo(new DataOutputStream(bytes));
    var restored = new UsualBatch();
    restored.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(restored.accept(128)).isEqualTo(batch.accept(128)).isEqualTo(128);
  }
}
