package io.thermograd.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.OutputJson;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Topics;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sessions over a simulated cluster, and what they should end with. */
final class WorkerHarness {
  static final AnalysisConfig ANALYSIS = new AnalysisConfig(50, 20, 7, 1.0, 16, 30.0);
  static final FoldLimits LIMITS = new FoldLimits(4_096, 6, 2);

  private WorkerHarness() {}

  /** States and outputs by key, comparable and printable. */
  record Result(Map<String, String> states, Map<String, String> outputs) {}

  /** The same records through folds that never stop. */
  static Result uninterrupted(SimulatedCluster cluster) {
    Map<String, String> states = new TreeMap<>();
    Map<String, String> outputs = new TreeMap<>();
    cluster.steps.forEach(
        (p, log) -> {
          PartitionFold fold = new PartitionFold(ANALYSIS, LIMITS);
          PartitionOutput out = collect(p, outputs);
          for (int o = 0; o < log.size(); o++) {
            fold.apply(o, log.get(o).key(), log.get(o).value(), out);
          }
          fold.drainForgotten();
          states.putAll(states(fold));
        });
    return new Result(states, outputs);
  }

  static Map<String, String> states(PartitionFold fold) {
    Map<String, String> states = new TreeMap<>();
    for (RunEntry e : fold.runs()) {
      states.put(e.runId, HexFormat.of().formatHex(RunSnapshot.encode(e)));
    }
    return states;
  }

  /** What the topics hold, the states as a next owner would find them. */
  static Result durable(SimulatedCluster cluster) {
    Map<String, String> states = new TreeMap<>();
    for (Map.Entry<Integer, List<Trainers.Sent>> e : cluster.steps.entrySet()) {
      int p = e.getKey();
      LoadedSnapshots.Builder builder = new LoadedSnapshots.Builder(cluster.group(), p, ANALYSIS);
      cluster.log(Topics.SNAPSHOTS, p).forEach(r -> builder.accept(r.key(), r.value()));
      PartitionFold fold = new PartitionFold(ANALYSIS, LIMITS);
      OwnedPartition.takeOver(
          cluster.group(),
          p,
          fold,
          builder.build(WorkerListener.NONE),
          cluster.commits.get(SimulatedCluster.stepsOf(p)),
          cluster.beginning,
          e.getValue().size(),
          new OutputWriter(cluster.producer, WorkerListener.NONE),
          WorkerListener.NONE);
      fold.drainForgotten();
      states.putAll(states(fold));
    }
    Map<String, String> outputs = new TreeMap<>();
    for (String topic : List.of(Topics.INSIGHTS, Topics.ALERTS, Topics.RUNS, Topics.DEAD_LETTERS)) {
      for (ProducerRecord<byte[], byte[]> r : cluster.all(topic)) {
        byte[] value = r.value();
        String text = topic.equals(Topics.DEAD_LETTERS) ? reason(r) : new String(value, UTF_8);
        outputs.put(topic + " " + new String(r.key(), UTF_8) + runText(topic, text), text);
      }
    }
    return new Result(states, outputs);
  }

  private static String reason(ProducerRecord<byte[], byte[]> r) {
    return new String(r.headers().lastHeader("reason").value(), UTF_8);
  }

  /** A directory entry changes: every version of it counts as an output of its own. */
  private static String runText(String topic, String text) {
    return topic.equals(Topics.RUNS) ? " " + text : "";
  }

  private static PartitionOutput collect(int partition, Map<String, String> outputs) {
    return new PartitionOutput() {
      @Override
      public void insight(Insight i) {
        outputs.put(Topics.INSIGHTS + " " + i.key(), OutputJson.write(i));
      }

      @Override
      public void alert(Alert a) {
        outputs.put(Topics.ALERTS + " " + a.key(), OutputJson.write(a));
      }

      @Override
      public void run(RunSummary s) {
        String json = OutputJson.write(s);
        outputs.put(Topics.RUNS + " " + s.key() + " " + json, json);
      }

      @Override
      public void deadLetter(DeadLetter l) {
        outputs.put(
            Topics.DEAD_LETTERS + " " + Topics.STEPS + "/" + partition + "/" + l.offset(),
            l.kind().id());
      }
    };
  }
}
