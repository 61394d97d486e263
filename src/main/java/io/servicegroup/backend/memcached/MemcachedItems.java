package io.servicegroup.backend.memcached;

import io.servicegroup.backend.memcached.MemcachedAnswer.Full;
import io.servicegroup.backend.memcached.MemcachedAnswer.Word;
import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.Refusal;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Fault;
import io.servicegroup.runtime.Portions;
import io.servicegroup.runtime.ReconnectPause;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Versioned texts, spread over all servers. A call that needs a server that does not answer fails,
 * because an answer without that server's items would look like a loss.
 */
final class MemcachedItems {

  /**
   * The bound of a call. A list takes two calls and has to be complete before its reader's bound.
   */
  private static final Duration BOUND = Duration.ofSeconds(2);

  /**
   * The most keys of one call, so that a long list on a slow network does not exceed the bound of a
   * call.
   */
  private static final int AT_ONCE = 500;

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final MemcachedConnector connector;
  private final List<MemcachedClient> servers;
  private final BackendUri uri;

  MemcachedItems(Vertx vertx, BackendUri uri) {
    this.uri = uri;
    this.connector = new MemcachedConnector(vertx, uri);
    this.servers = uri.hosts().stream().map(this::client).toList();
  }

  private MemcachedClient client(BackendUri.Host host) {
    return new MemcachedClient(connector, host, () -> BOUND, ReconnectPause.upTo(LONGEST_PAUSE));
  }

  Future<Void> connected() {
    return Future.all(servers.stream().map(MemcachedClient::connected).toList()).mapEmpty();
  }

  /** Reads keys; the answer contains those that have a value. */
  Future<Map<String, MemcachedItem>> get(Collection<String> keys) {
    Map<MemcachedClient, List<String>> parts = new HashMap<>();
    keys.forEach(key -> parts.computeIfAbsent(server(key), none -> new ArrayList<>()).add(key));
    Map<String, MemcachedItem> found = new HashMap<>();
    List<Future<Void>> reads = new ArrayList<>();
    parts.forEach(
        (server, part) ->
            reads.add(
                Portions.inTurn(part, AT_ONCE, some -> server.get(some).onSuccess(found::putAll))));
    return Future.all(reads).map(all -> found);
  }

  /** Writes a value where the key has none; false where it has one. 0 seconds mean no expiry. */
  Future<Boolean> add(String key, byte[] value, int seconds) {
    return server(key).addText(key, value, seconds).compose(answer -> stored(key, value, answer));
  }

  /**
   * Writes a value where the present one has this version; false where it has another or is gone.
   */
  Future<Boolean> replace(String key, byte[] value, long version, int seconds) {
    return server(key)
        .replaceText(key, value, version, seconds)
        .compose(answer -> stored(key, value, answer));
  }

  private Future<Boolean> stored(String key, byte[] value, MemcachedAnswer answer) {
    if (answer == Full.TOO_LARGE) {
      return Future.failedFuture(
          new FaultException(
              Refusal.CONFLICT,
              new Fault(key, value.length + " bytes", "let its servers take larger ones"),
              ("%s takes no item as large as the %d bytes under %s: let its servers take larger"
                      + " ones (memcached -I)")
                  .formatted(uri, value.length, key)));
    }
    return answer instanceof Full full
        ? Future.failedFuture(
            new VertxException(
                "%s: refused %d bytes under %s: %s".formatted(uri, value.length, key, full.words()),
                true))
        : Future.succeededFuture(answer == Word.STORED);
  }

  private MemcachedClient server(String key) {
    return servers.get(MemcachedKeys.server(key, servers.size()));
  }

  /** Closes all connections. Never fails. */
  Future<Void> close() {
    servers.forEach(MemcachedClient::close);
    return connector.close();
  }
}
