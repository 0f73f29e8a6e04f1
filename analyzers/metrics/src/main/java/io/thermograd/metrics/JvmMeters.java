package io.thermograd.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import java.util.Set;

/** The few numbers about the process itself that explain most of its troubles. */
final class JvmMeters implements AutoCloseable {

  /** What the binders may register; they know many more than METRICS.md has room for. */
  private static final Set<String> KEPT =
      Set.of(
          "jvm.memory.used",
          "jvm.memory.max",
          "jvm.gc.pause",
          "jvm.threads.live",
          "process.cpu.usage",
          "system.cpu.usage",
          "system.cpu.count",
          "process.start.time");

  private final JvmGcMetrics gc = new JvmGcMetrics();

  JvmMeters(MeterRegistry registry) {
    registry
        .config()
        .meterFilter(
            MeterFilter.deny(
                id -> {
                  String name = id.getName();
                  boolean ours =
                      name.startsWith("jvm.")
                          || name.startsWith("process.")
                          || name.startsWith("system.");
                  return ours && !KEPT.contains(name);
                }));
    new JvmMemoryMetrics().bindTo(registry);
    gc.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  @Override
  public void close() {
    gc.close();
  }
}
