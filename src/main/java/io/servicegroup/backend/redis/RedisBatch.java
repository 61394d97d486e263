package io.servicegroup.backend.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Commands that travel together, each with what is to be done with its answer. */
final class RedisBatch {

  /** A little less than what the driver takes at a time. */
  private static final int CHUNK = 2000;

  private final List<Request> requests = new ArrayList<>();
  private final List<Consumer<Response>> receivers = new ArrayList<>();

  void add(Request request) {
    add(request, answer -> {});
  }

  void add(Request request, Consumer<Response> receiver) {
    requests.add(request);
    receivers.add(receiver);
  }

  /** Nothing is done with any answer unless all commands succeeded. */
  Future<Void> send(RedisLink link) {
    return send(link, new ArrayList<>(requests.size()));
  }

  private Future<Void> send(RedisLink link, List<Response> answers) {
    int from = answers.size();
    if (from == requests.size()) {
      for (int i = 0; i < from; i++) {
        receivers.get(i).accept(answers.get(i));
      }
      return Future.succeededFuture();
    }
    return link.send(requests.subList(from, Math.min(requests.size(), from + CHUNK)))
        .compose(
            some -> {
              answers.addAll(some);
              return send(link, answers);
            });
  }
}
