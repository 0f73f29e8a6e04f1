package io.thermograd.benchmarks;

import java.util.List;
import java.util.Set;

/** The path's benchmarks, each with its peers in the same run; prints tables. */
public final class PathBenchmarks {
  private static final Set<String> ALL = Set.of("throughput", "latency", "memory");

  private PathBenchmarks() {}

  /** Runs those named, or all of them. */
  public static void main(String[] args) throws Exception {
    List<String> names =
        args.length == 0 ? List.of("throughput", "memory", "latency") : List.of(args);
    for (String name : names) {
      if (!ALL.contains(name)) {
        System.err.println("benchmark should be one of throughput, latency, memory: was " + name);
        System.exit(2);
      }
    }
    for (String name : names) {
      switch (name) {
        case "throughput" -> ThroughputBenchmark.run();
        case "memory" -> MemoryBenchmark.run();
        default -> LatencyBenchmark.run(1, 100, 1_000);
      }
    }
    System.exit(0); // Kafka leaves threads behind that are no daemons
  }
}
