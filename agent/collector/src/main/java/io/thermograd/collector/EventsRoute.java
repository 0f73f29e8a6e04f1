package io.thermograd.collector;

import io.javalin.http.Context;
import io.thermograd.collector.EventPublisher.Delivery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/events}; README.md of this module describes requests and answers.
 *
 * <p>Counts are exact: what a request held is accepted + rejected, or, with 503, to be sent again.
 */
final class EventsRoute {
  private static final String TYPES =
      "application/x-protobuf, application/vnd.thermograd.v1+protobuf, application/x-ndjson,"
          + " application/jsonl";

  private final CollectorOptions options;
  private final Admission admission;
  private final HeldBytes memory;
  private final EventPublisher publisher;
  private final CollectorListener listener;

  EventsRoute(CollectorOptions options, EventPublisher publisher, CollectorListener listener) {
    this.options = options;
    this.admission = new Admission(options);
    this.memory = new HeldBytes(options.maxHeldBytes());
    this.publisher = publisher;
    this.listener = listener;
  }

  void post(Context ctx) throws IOException, InterruptedException {
    try {
      admission.check(ctx.header("Authorization"), ctx.header("Host"));
      EventBatch.Form form = form(ctx.header("Content-Type"));
      if (ctx.req().getContentLengthLong() > options.maxBodyBytes()) {
        throw new HttpRefusal(
            413,
            "body should have at most "
                + options.maxBodyBytes()
                + " bytes: has "
                + ctx.req().getContentLengthLong()
                + "; send fewer events at once");
      }
      try (RequestBody body = RequestBody.within(memory, options.maxBodyBytes())) {
        RequestBody.Content content =
            body.read(ctx.req().getInputStream(), ctx.header("Content-Encoding"));
        EventBatch batch = EventBatch.read(content.bytes(), form);
        if (batch.size() == 0) {
          throw new HttpRefusal(400, "body should hold events: is empty");
        }
        listener.received(batch.size(), content.sent());
        take(ctx, batch);
      }
    } catch (HttpRefusal e) {
      e.headers().forEach(ctx::header);
      answer(ctx, e.status(), Answers.error(String.valueOf(e.getMessage())));
    }
  }

  private void take(Context ctx, EventBatch batch) throws InterruptedException, HttpRefusal {
    Delivery delivery =
        batch.events().isEmpty()
            ? new Delivery(List.of(), null)
            : publisher.publish(batch.events());
    String deferred = delivery.deferred();
    if (deferred != null) {
      listener.deferred(batch.size());
      throw HttpRefusal.later(deferred);
    }
    List<Rejection> rejections = new ArrayList<>(batch.rejections());
    rejections.addAll(delivery.rejections());
    rejections.sort(Comparator.comparingInt(Rejection::index));
    int accepted = batch.size() - rejections.size();
    listener.accepted(accepted);
    rejections.forEach(r -> listener.rejected(r.kind()));
    answer(ctx, accepted > 0 ? 202 : 400, Answers.taken(accepted, rejections));
  }

  private void answer(Context ctx, int status, String json) {
    listener.answered(status);
    Answers.send(ctx, status, json);
  }

  private static EventBatch.Form form(@Nullable String contentType) throws HttpRefusal {
    String type = contentType == null ? "" : contentType;
    int parameters = type.indexOf(';');
    String bare = parameters < 0 ? type : type.substring(0, parameters);
    return switch (bare.strip().toLowerCase(Locale.ROOT)) {
      case "application/x-protobuf", "application/vnd.thermograd.v1+protobuf" ->
          EventBatch.Form.DELIMITED;
      case "application/x-ndjson", "application/jsonl" -> EventBatch.Form.JSON_LINES;
      default ->
          throw new HttpRefusal(
                  415, "Content-Type should be one of " + TYPES + ": was '" + bare.strip() + "'")
              .with("Accept-Post", TYPES);
    };
  }
}
