package io.servicegroup.backend.memcached;

import io.servicegroup.backend.common.Canary;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Patience;
import io.servicegroup.liveness.TwoWays;
import io.servicegroup.runtime.OutageLog;
import io.servicegroup.runtime.Rest;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * One of the servers, with a connection for beats and one for polls, so that neither waits for the
 * other; and its canary, by which a server that lost what it knew gives itself away.
 */
final class MemcachedNode {

  private final TwoWays<MemcachedClient> beats;
  private final MemcachedClient polls;
  private final Patience patience;
  private final OutageLog outages;
  private final String canaryKey;
  private final Canary canary = new Canary();

  MemcachedNode(MemcachedConnector connector, BackendUri.Host host, LivenessSettings settings) {
    this.patience = patience(settings);
    // Whoever gets through tells the others.
    Rest rest = Rest.upTo(settings.reportInterval());
    Duration longest = longestWrite(settings);
    this.beats =
        new TwoWays<>(
            () -> new MemcachedClient(connector, host, () -> longest, rest), MemcachedClient::drop);
    this.polls = new MemcachedClient(connector, host, () -> ofOneCall(patience.bound()), rest);
    this.canaryKey = MemcachedKeys.canary(settings.agent());
    this.outages =
        new OutageLog("Server " + host + " of backend " + settings.backend(), System::nanoTime);
  }

  /** One of several servers that hangs is not to keep the others' poll waiting. */
  private static Patience patience(LivenessSettings settings) {
    boolean alone = settings.uri().hosts().size() == 1;
    return new Patience(
        Patience.half(settings.pollInterval()),
        alone ? settings.patience() : settings.pollInterval());
  }

  /** For how long a write is waited for at most. */
  static Duration longestWrite(LivenessSettings settings) {
    boolean alone = settings.uri().hosts().size() == 1;
    return alone ? settings.patience() : Patience.half(settings.reportInterval());
  }

  /** A server that is not there has to be told from a whole that takes too long. */
  private static Duration ofOneCall(Duration bound) {
    return bound.multipliedBy(4).dividedBy(5);
  }

  /** For how long a poll of this server is waited for now. */
  Duration bound() {
    return patience.bound();
  }

  /** For what is written. */
  TwoWays<MemcachedClient> beats() {
    return beats;
  }

  /** For what is read again in the same poll. */
  MemcachedClient polls() {
    return polls;
  }

  OutageLog outages() {
    return outages;
  }

  /**
   * Reads keys and the canary of the poll before, then writes the next. Not at once: a canary that
   * waits for a connection would be written to a server that is new, and hide what was lost.
   */
  Future<Answer> poll(Collection<String> keys) {
    return patience.call(bound -> read(keys));
  }

  private Future<Answer> read(Collection<String> keys) {
    Canary.Round proof = canary.begin();
    List<String> all = new ArrayList<>(keys.size() + 1);
    all.add(canaryKey);
    all.addAll(keys);
    Future<Map<String, MemcachedItem>> read = polls.get(all);
    Future<Void> written =
        read.compose(
            seen ->
                polls.set(
                    Map.of(canaryKey, bytes(proof.text())), (int) Canary.LIFETIME.toSeconds()));
    return Future.join(read, written)
        .map(
            done -> {
              MemcachedItem found = read.result().get(canaryKey);
              proof.found(found == null ? null : found.text());
              proof.written();
              return new Answer(read.result(), canary.takeLost());
            });
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

  /**
   * What a poll found.
   *
   * @param items the keys that were there
   * @param dataLost whether the server came back empty or older than it was
   */
  record Answer(Map<String, MemcachedItem> items, boolean dataLost) {}
}
