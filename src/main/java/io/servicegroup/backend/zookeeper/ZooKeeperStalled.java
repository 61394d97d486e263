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
 * Writes and reads the nodes by which agents state that they are alive but cannot create their
 * members' nodes, for want of a right or a quota. An agent's statement is an ephemeral node in a
 * tree of our own. A reader believes it for the validity that it states, counted from when the
 * reader first saw it, so that no clocks of two machines are compared.
 *
 * <p>Used on one context.
 */
final class ZooKeeperStalled {

  /** The longest validity that a reader believes, whatever the node states. */
  private static final long MOST_MILLIS = Duration.ofMinutes(10).toMillis();

  private static final int ANY_VERSION = -1;

  private final ZooKeeperSession session;
  private final ZooKeeperClient client;
  private final ZooKeeperLayout layout;
  private final String own;
  private Map<String, Statement> statements = new HashMap<>();

  ZooKeeperStalled(
      ZooKeeperSession session, ZooKeeperClient client, ZooKeeperLayout layout, String agent) {
    this.session = session;
    this.client = client;
    this.layout = layout;
    this.own = layout.stalled(agent);
  }

  /** An agent's last statement, by its transaction, and when this reader first saw it. */
  private record Statement(long mzxid, long sinceNanos) {}

  /** Writes this agent's statement. */
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
                  // The existing node belongs to the previous session and would end with it.
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

  /** Removes this agent's statement. */
  Future<Void> withdraw() {
    return client
        .multi(List.of(Op.delete(own, ANY_VERSION)))
        .recover(failure -> ZooKeeperClient.unless(failure, Code.NONODE, null));
  }

  /** Which of the agents have a valid statement. */
  Future<Set<String>> among(Set<String> agents) {
    Set<String> saying = new HashSet<>();
    Map<String, Statement> now = new HashMap<>();
    List<Future<?>> reads = new ArrayList<>();
    for (String agent : agents) {
      reads.add(
          client
              .get(layout.stalled(agent))
              // A node that this agent may not read counts as no statement.
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
              statements = now;
              return saying;
            });
  }

  private boolean isBelieved(String agent, Found found, Map<String, Statement> now) {
    long nanos = System.nanoTime();
    Statement before = statements.get(agent);
    boolean same = before != null && before.mzxid() == found.stat().getMzxid();
    Statement last = same ? before : new Statement(found.stat().getMzxid(), nanos);
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
