package io.servicegroup.backend.memcached;

import com.spotify.folsom.GetResult;
import com.spotify.folsom.MemcacheStatus;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.servicegroup.config.BackendUri;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Texts with versions, spread over all servers. Where one of the servers cannot be asked, whatever
 * concerns it fails: to leave its part out would look like a loss.
 */
final class MemcachedItems {

  /** A list is two calls, and has to be done before its reader's patience ends. */
  private static final Duration BOUND = Duration.ofSeconds(2);

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("memcached-catalog", true), NioIoHandler.newFactory());
  private final List<MemcachedLink> servers;
  private final BackendUri uri;

  MemcachedItems(Context context, BackendUri uri) {
    this.uri = uri;
    this.servers =
        uri.hosts().stream().map(host -> new MemcachedLink(context, loops, host, BOUND)).toList();
  }

  Future<Void> connected() {
    return Future.all(servers.stream().map(MemcachedLink::connected).toList()).mapEmpty();
  }

  /** Reads keys; those that are not there are not in the answer. */
  Future<Map<String, GetResult<byte[]>>> get(Collection<String> keys) {
    Map<MemcachedLink, List<String>> parts = new HashMap<>();
    keys.forEach(key -> parts.computeIfAbsent(server(key), none -> new ArrayList<>()).add(key));
    List<Future<Map<String, GetResult<byte[]>>>> reads = new ArrayList<>();
    parts.forEach((server, part) -> reads.add(server.get(part)));
    return Future.all(reads)
        .map(
            all -> {
              Map<String, GetResult<byte[]>> found = new HashMap<>();
              reads.forEach(read -> found.putAll(read.result()));
              return found;
            });
  }

  /** Writes for ever, where nothing is; false where something is. */
  Future<Boolean> add(String key, byte[] value) {
    return server(key).addText(key, value).compose(status -> stored(key, value, status));
  }

  /** Writes over what has this version; false where it has another, or is gone. */
  Future<Boolean> replace(String key, byte[] value, long cas, int seconds) {
    return server(key)
        .replaceText(key, value, cas, seconds)
        .compose(status -> stored(key, value, status));
  }

  private Future<Boolean> stored(String key, byte[] value, MemcacheStatus status) {
    return switch (status) {
      case OK -> Future.succeededFuture(true);
      case KEY_EXISTS, KEY_NOT_FOUND, ITEM_NOT_STORED -> Future.succeededFuture(false);
      default ->
          Future.failedFuture(
              new VertxException(
                  "%s: refused %d bytes under %s: %s".formatted(uri, value.length, key, status),
                  true));
    };
  }

  private MemcachedLink server(String key) {
    return servers.get(MemcachedKeys.server(key, servers.size()));
  }

  void close() {
    servers.forEach(MemcachedLink::close);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
