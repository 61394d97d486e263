package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;

/**
 * By which an agent says that it lives and cannot make its members' nodes (rights, a quota): a node
 * of its own in a tree of our own. It ends with the agent's session, and is believed for as long as
 * it was said for since the reader saw it written: no clocks are compared.
 *
 * <p>Used on one context.
 */
final class ZooKeeperStalled {

  /** Whatever stands there, nobody is held for longer by one word. */
  private static final long MOST_MILLIS = Duration.ofMinutes(10).toMillis();

  private static final int ANY_VERSION = -1;

  private final ZooKeeperSession session;
  private final ZooKeeperClient client;
  private final ZooKeeperLayout layout;
  private final String own;
  private Map<String, Said> said = new HashMap<>();

  ZooKeeperStalled(
      ZooKeeperSession session, ZooKeeperClient client, ZooKeeperLayout layout, String agent) {
    this.session = session;
    this.client = client;
    this.layout = layout;
    this.own = layout.stalled(agent);
  }

  /** What an agent said last, and when this reader saw that. */
  private record Said(long mzxid, long sinceNanos) {}

  /** Says it for so long. */
  Future<Void> say(Duration validity) {
    byte[] text = Long.toString(validity.toMillis()).getBytes(StandardCharsets.UTF_8);
    return client
        .get(own)
        .compose(
            found -> {
              if (found == null) {
                return create(text);
              }
              return found.stat().getEphemeralOwner() == session.id()
                  ? client.multi(List.of(Op.setData(own, text, ANY_VERSION)))
                  // Of the session before, with which it will end.
                  : client.multi(List.of(Op.delete(own, ANY_VERSION), client.ephemeral(own, text)));
            });
  }

  private Future<Void> create(byte[] text) {
    return client
        .multi(List.of(client.ephemeral(own, text)))
        .recover(
            failure ->
                ZooKeeperClient.is(failure, Code.NONODE)
                    ? client
                        .ensure(layout.stalled())
                        .compose(there -> client.multi(List.of(client.ephemeral(own, text))))
                    : Future.failedFuture(failure));
  }

  /** Takes it back. */
  Future<Void> withdraw() {
    return client
        .multi(List.of(Op.delete(own, ANY_VERSION)))
        .recover(failure -> ZooKeeperClient.unless(failure, Code.NONODE, null));
  }

  /** Which of some agents say it. */
  Future<Set<String>> among(Set<String> agents) {
    Set<String> saying = new HashSet<>();
    Map<String, Said> now = new HashMap<>();
    List<Future<?>> reads = new ArrayList<>();
    for (String agent : agents) {
      reads.add(
          client
              .get(layout.stalled(agent))
              // What another user wrote for itself alone says nothing here.
              .recover(failure -> ZooKeeperClient.unless(failure, Code.NOAUTH, null))
              .onSuccess(
                  found -> {
                    if (found != null && isBelieved(agent, found, now)) {
                      saying.add(agent);
                    }
                  }));
    }
    return Future.join(reads)
        .map(
            read -> {
              said = now;
              return saying;
            });
  }

  private boolean isBelieved(String agent, Found found, Map<String, Said> now) {
    long nanos = System.nanoTime();
    Said before = said.get(agent);
    boolean same = before != null && before.mzxid() == found.stat().getMzxid();
    Said last = same ? before : new Said(found.stat().getMzxid(), nanos);
    now.put(agent, last);
    return nanos - last.sinceNanos() < Duration.ofMillis(millis(found)).toNanos();
  }

  private static long millis(Found found) {
    try {
      String text = new String(found.data(), StandardCharsets.UTF_8);
      return Math.min(MOST_MILLIS, Long.parseLong(text));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
