package io.servicegroup.backend.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Commands that are sent in one round trip, each with a receiver for its answer. */
final class RedisBatch {

  private static final int CHUNK = RedisServerConnection.MOST_UNANSWERED;

  private final List<Request> requests = new ArrayList<>();
  private final List<Consumer<Response>> receivers = new ArrayList<>();
  private final List<Apart> apart = new ArrayList<>();

  void add(Request request) {
    add(request, answer -> {});
  }

  void add(Request request, Consumer<Response> receiver) {
    requests.add(request);
    receivers.add(receiver);
  }

  /** Adds a command whose refusal by the server does not fail the other commands. */
  void addApart(Request request, Consumer<Response> receiver, Consumer<Throwable> refused) {
    apart.add(new Apart(request, receiver, refused));
  }

  /**
   * Sends the batch. The receivers are called only if every command succeeded; the commands added
   * by {@link #addApart} do not count for that.
   */
  Future<Void> send(RedisCall call) {
    boolean together = requests.size() + apart.size() <= CHUNK;
    List<Future<Response>> asked = new ArrayList<>();
    Future<List<Response>> answered = send(call, new ArrayList<>(requests.size()));
    if (together) {
      apart.forEach(one -> asked.add(call.ask(one.request)));
    }
    return answered
        .compose(
            answers -> {
              for (int i = 0; i < answers.size(); i++) {
                receivers.get(i).accept(answers.get(i));
              }
              return together ? Future.succeededFuture() : askLater(call, asked);
            })
        .compose(sent -> Future.join(asked).transform(all -> receive(asked)));
  }

  /**
   * Sends the remaining commands a few at a time, because the driver limits how many may wait for
   * an answer.
   */
  private Future<?> askLater(RedisCall call, List<Future<Response>> asked) {
    List<Future<Response>> some = new ArrayList<>();
    for (Apart one : apart.subList(asked.size(), Math.min(apart.size(), asked.size() + CHUNK))) {
      some.add(call.ask(one.request));
    }
    asked.addAll(some);
    return asked.size() == apart.size()
        ? Future.succeededFuture()
        : Future.join(some).transform(sent -> askLater(call, asked).mapEmpty());
  }

  private Future<Void> receive(List<Future<Response>> asked) {
    for (int i = 0; i < asked.size(); i++) {
      Future<Response> answer = asked.get(i);
      if (answer.succeeded()) {
        apart.get(i).receiver.accept(answer.result());
      } else {
        apart.get(i).refused.accept(answer.cause());
      }
    }
    return Future.succeededFuture();
  }

  private Future<List<Response>> send(RedisCall call, List<Response> answers) {
    int from = answers.size();
    if (from == requests.size()) {
      return Future.succeededFuture(answers);
    }
    return call.send(requests.subList(from, Math.min(requests.size(), from + CHUNK)))
        .compose(
            some -> {
              answers.addAll(some);
              return send(call, answers);
            });
  }

  private record Apart(Request request, Consumer<Response> receiver, Consumer<Throwable> refused) {}
}
