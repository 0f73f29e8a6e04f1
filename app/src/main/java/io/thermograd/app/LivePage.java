package io.thermograd.app;

import io.thermograd.live.KafkaTail;
import io.thermograd.live.LiveServer;
import io.thermograd.live.LiveServerOptions;
import io.thermograd.live.LiveStore;
import io.thermograd.live.TailOptions;
import java.io.IOException;
import java.util.Map;

/** The live page: a store, the server that shows it, and the tail that fills it. */
final class LivePage {
  private final Services services;
  private final LiveStore store = new LiveStore();
  private final LiveServer server;

  private LivePage(Services services, LiveServerOptions options) throws IOException {
    this.services = services;
    this.server = services.add("the live page", LiveServer.start(store, options));
  }

  /** Starts serving; nothing is shown before {@link #follow}. */
  static LivePage serve(Services services, LiveServerOptions options) throws IOException {
    return new LivePage(services, options);
  }

  /** Shows the runs of this cluster. */
  void follow(Map<String, Object> client) {
    services.add("the page's reader", new KafkaTail(client, store, TailOptions.DEFAULT).start());
  }

  String url() {
    return server.url();
  }
}
