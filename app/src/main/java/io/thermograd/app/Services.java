package io.thermograd.app;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a command has started; stopped in the reverse order, each one whatever the others do. */
final class Services implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Services.class);

  private record Service(String name, AutoCloseable closer) {}

  private final Deque<Service> started = new ArrayDeque<>();

  <T extends AutoCloseable> T add(String name, T service) {
    started.push(new Service(name, service));
    return service;
  }

  @Override
  public void close() {
    CommonOptions.hushKafka(); // its clients lament being interrupted
    while (!started.isEmpty()) {
      Service service = started.pop();
      try {
        service.closer().close();
      } catch (Exception e) {
        LOG.warn("stopping {} failed: {}", service.name(), e.toString(), e);
      }
    }
  }
}
