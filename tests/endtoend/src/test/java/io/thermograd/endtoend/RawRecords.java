package io.thermograd.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Topics;
import io.thermograd.wire.proto.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** Puts records into a run's partition of the steps topic that no agent would. */
final class RawRecords implements AutoCloseable {
  private final byte[] run;
  private final int partition;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();

  RawRecords(Map<String, Object> client, String run) {
    Map<String, Object> config = new HashMap<>(client);
    config.put("max.request.size", 4 << 20);
    this.run = run.getBytes(UTF_8);
    this.producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    int partitions = producer.partitionsFor(Topics.STEPS).size();
    this.partition = Utils.toPositive(Utils.murmur2(this.run)) % partitions;
  }

  /** Keyed by the event's run, as an agent does. */
  void send(Event event) {
    send(EventCodec.runId(event).getBytes(UTF_8), EventCodec.encode(event));
  }

  void sendWithoutKey(Event event) {
    send(null, EventCodec.encode(event));
  }

  void send(byte[] value) {
    send(run, value);
  }

  private void send(byte @Nullable [] key, byte[] value) {
    sent.add(producer.send(new ProducerRecord<>(Topics.STEPS, partition, key, value)));
  }

  /** Returns when all of it is in the topic. */
  @Override
  public void close() throws ExecutionException, InterruptedException {
    try {
      for (Future<RecordMetadata> record : sent) {
        record.get();
      }
    } finally {
      producer.close();
    }
  }
}
