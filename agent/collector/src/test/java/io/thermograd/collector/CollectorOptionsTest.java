package io.thermograd.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectorOptionsTest {
  private static final String TOKEN = "0123456789abcdef";

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void othersNeedAToken(String host) {
    assertThatThrownBy(() -> CollectorOptions.of(host, 0, null))
        .hasMessageContaining("should be a loopback address")
        .hasMessageContaining(host);
    assertThat(CollectorOptions.of(host, 0, TOKEN).host()).isEqualTo(host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
  void thisMachineNeedsNone(String host) {
    assertThat(CollectorOptions.of(host, 0, null).token()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"short", "with spaces in it it is", "0123456789abcdef\n", "0123456789abcdé"})
  void aTokenIsLongAndVisible(String token) {
    assertThatThrownBy(() -> CollectorOptions.of("127.0.0.1", 0, token))
        .hasMessageContaining("openssl rand -hex 24")
        .message()
        .doesNotContain(token);
  }

  @Test
  void theTokenIsNotShown() {
    assertThat(CollectorOptions.of("::", 1, TOKEN).toString()).doesNotContain(TOKEN);
  }

  @Test
  void aTakenPortIsNamedWithItsRemedy() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(
              () ->
                  CollectorServer.start(
                      new FakePublisher(),
                      CollectorOptions.loopback(taken.getLocalPort()),
                      CollectorListener.NONE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("--collector-port");
    }
  }
}
