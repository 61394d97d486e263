package io.servicegroup.backend.memcached;

import io.servicegroup.backend.common.Canary;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.AdaptiveTimeout;
import io.servicegroup.liveness.ClientPair;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.runtime.OutageLog;
import io.servicegroup.runtime.ReconnectPause;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * One of the servers, with one client for beats and one for polls, so that neither waits for the
 * other, and with a canary that shows when the server lost data.
 */
final class MemcachedNode {

  private final ClientPair<MemcachedClient> beats;
  private final MemcachedClient polls;
  private final AdaptiveTimeout pollTimeout;
  private final OutageLog outages;
  private final String canaryKey;
  private final Canary canary = new Canary();

  MemcachedNode(MemcachedConnector connector, BackendUri.Host host, LivenessSettings settings) {
    this.pollTimeout = pollTimeout(settings);
    // Shared by the clients: the first that connects ends the pause for all.
    ReconnectPause pause = ReconnectPause.upTo(settings.reportInterval());
    Duration longest = longestWrite(settings);
    this.beats =
        new ClientPair<>(
            () -> new MemcachedClient(connector, host, () -> longest, pause),
            MemcachedClient::drop);
    this.polls = new MemcachedClient(connector, host, () -> ofOneCall(pollTimeout.bound()), pause);
    this.canaryKey = MemcachedKeys.canary(settings.agent());
    this.outages =
        new OutageLog("Server " + host + " of backend " + settings.backend(), System::nanoTime);
  }

  /**
   * The bound of a poll. With several servers it is at most one poll interval, so that a hung
   * server does not delay the polls of the others.
   */
  private static AdaptiveTimeout pollTimeout(LivenessSettings settings) {
    boolean alone = settings.uri().hosts().size() == 1;
    return new AdaptiveTimeout(
        AdaptiveTimeout.half(settings.pollInterval()),
        alone ? settings.longestCall() : settings.pollInterval());
  }

  /** The longest bound of a write. */
  static Duration longestWrite(LivenessSettings settings) {
    boolean alone = settings.uri().hosts().size() == 1;
    return alone ? settings.longestCall() : AdaptiveTimeout.half(settings.reportInterval());
  }

  /**
   * The bound of one call, which is less than the bound of the whole poll, so that the failure of
   * the server is reported rather than that of the poll.
   */
  private static Duration ofOneCall(Duration bound) {
    return bound.multipliedBy(4).dividedBy(5);
  }

  /** The present bound of a poll of this server. */
  Duration bound() {
    return pollTimeout.bound();
  }

  /** The clients for beats. */
  ClientPair<MemcachedClient> beats() {
    return beats;
  }

  /** The client for polls. */
  MemcachedClient polls() {
    return polls;
  }

  OutageLog outages() {
    return outages;
  }

  /**
   * Reads keys and the canary of the previous poll, then writes the next one. The write does not
   * begin before the read has succeeded: a canary that waited for a new connection could reach a
   * restarted server before the read, and hide the loss of data.
   */
  Future<Map<String, MemcachedItem>> poll(Collection<String> keys) {
    return pollTimeout.call(bound -> read(keys));
  }

  private Future<Map<String, MemcachedItem>> read(Collection<String> keys) {
    Canary.Round proof = canary.begin();
    List<String> all = new ArrayList<>(keys.size() + 1);
    all.add(canaryKey);
    all.addAll(keys);
    Future<Map<String, MemcachedItem>> read = polls.get(all);
    Future<Void> written =
        read.compose(
            seen -> {
              // Before the next one is written: where its answer is lost, it may be there already.
              MemcachedItem found = seen.get(canaryKey);
              proof.found(found == null ? null : found.text());
              return polls.set(
                  Map.of(canaryKey, bytes(proof.text())), (int) Canary.LIFETIME.toSeconds());
            });
    return Future.join(read, written)
        .map(
            done -> {
              proof.written();
              return read.result();
            });
  }

  /**
   * Whether the server came back empty or with older data since the last call; the answer resets
   * it. Only a poll that cannot fail any more may ask.
   */
  boolean takeLost() {
    return canary.takeLost();
  }

  Future<Void> removeCanary() {
    return canary.exists() ? polls.delete(List.of(canaryKey)) : Future.succeededFuture();
  }

  void close() {
    beats.each(MemcachedClient::close);
    polls.close();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
