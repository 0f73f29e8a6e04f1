package io.thermograd.collector;

import static io.thermograd.collector.Samples.delimited;
import static io.thermograd.collector.Samples.started;
import static io.thermograd.collector.Samples.step;
import static io.thermograd.collector.Samples.wrong;
import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.RejectionKind;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventBatchTest {

  @Test
  void everyCutGivesWholeEventsAndAtMostOneRejection() {
    byte[] whole = delimited(started("a"), wrong("a"), step("a", 1), step("a", 2));
    int accepted = 0;
    for (int n = 0; n <= whole.length; n++) {
      EventBatch batch = EventBatch.read(Arrays.copyOf(whole, n), EventBatch.Form.DELIMITED);
      assertThat(batch.events().size()).isGreaterThanOrEqualTo(accepted);
      accepted = batch.events().size();
      long framing =
          batch.rejections().stream().filter(r -> r.kind() == RejectionKind.MALFORMED).count();
      assertThat(framing).isLessThanOrEqualTo(1);
    }
    assertThat(accepted).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void anyBytesAreReadToTheirEnd(EventBatch.Form form) {
    byte[] whole = delimited(started("a"), step("a", 1), step("b", 2));
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      byte[] body = seed % 2 == 0 ? new byte[random.nextInt(200)] : whole.clone();
      if (seed % 2 == 0) {
        random.nextBytes(body);
      } else {
        body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
      }
      EventBatch batch = EventBatch.read(body, form);
      assertThat(batch.rejections()).allSatisfy(r -> assertThat(r.reason()).doesNotContain("\n"));
    }
  }

  @Test
  void aLengthBeyondTheBodyIsNotAllocated() {
    byte[] body = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 1, 2};
    EventBatch batch = EventBatch.read(body, EventBatch.Form.DELIMITED);
    assertThat(batch.rejections())
        .singleElement()
        .satisfies(r -> assertThat(r.reason()).contains("4294967295 bytes is announced and 2"));
  }
}
