package io.servicegroup.backend.hazelcast;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import io.servicegroup.runtime.Dialer;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * What became of the Hazelcast members that left the cluster. That one left says little: it may be
 * dead, hung, or on the other side of a split. So its address is asked: one that refuses
 * connections is dead; one that answers lives, but its beats do not arrive here before the clusters
 * have merged; one that does neither is silent, which says nothing.
 *
 * <p>Used on one context; Hazelcast tells of members on threads of its own.
 */
final class HazelcastPresence implements MembershipListener {

  /** What is known of a Hazelcast member. */
  enum State {
    /** It is in the cluster, or nothing is known of it. */
    UNSUSPECTED,
    /** It left the cluster, and its address neither refuses nor answers. */
    SILENT,
    /** It left the cluster, and its address answers. */
    APART,
    /** It left the cluster, and its address refuses connections. */
    DEAD
  }

  private static final int PATIENCE_MILLIS = 200;

  /** How each member greets another: whoever is greeted so answers alike. */
  private static final String GREETING = "HZC";

  /** A dying process closes its connections and its listening socket one after the other. */
  private static final List<Integer> AGAIN_MILLIS = List.of(20, 50, 100, 200);

  private static final int MOST_REMEMBERED = 10_000;

  private final Vertx vertx;
  private final Context context;
  private final NetClient client;
  private final Runnable news;
  private final Duration memory;
  private final Map<UUID, Lost> lost = new HashMap<>();

  /**
   * Makes one that knows of nobody.
   *
   * @param memory for how long one that left may be spoken of
   * @param news called when one is found to be dead
   */
  HazelcastPresence(Vertx vertx, Context context, Duration memory, Runnable news) {
    this.vertx = vertx;
    this.context = context;
    this.memory = memory;
    this.news = news;
    this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(PATIENCE_MILLIS));
  }

  @Override
  public void memberAdded(MembershipEvent event) {
    UUID uuid = event.getMember().getUuid();
    context.runOnContext(nothing -> lost.remove(uuid));
  }

  @Override
  public void memberRemoved(MembershipEvent event) {
    context.runOnContext(nothing -> left(event.getMember()));
  }

  private void left(Member member) {
    if (lost.size() < MOST_REMEMBERED) {
      Lost one = new Lost(member.getAddress(), System.nanoTime());
      lost.put(member.getUuid(), one);
      askSoon(one, 0);
    }
  }

  private void askSoon(Lost one, int attempt) {
    ask(one)
        .onComplete(
            asked -> {
              if (one.state == State.SILENT && attempt < AGAIN_MILLIS.size()) {
                vertx
                    .timer(AGAIN_MILLIS.get(attempt), TimeUnit.MILLISECONDS)
                    .onSuccess(passed -> askSoon(one, attempt + 1));
              }
            });
  }

  /** Asks everyone who left and is not known to be dead; what they say is known soon. */
  void ask() {
    long now = System.nanoTime();
    lost.values().removeIf(one -> now - one.since > memory.toNanos());
    lost.values().stream().filter(one -> one.state != State.DEAD).forEach(this::ask);
  }

  /** What is known of the Hazelcast member that wrote something. */
  State of(UUID owner) {
    Lost one = owner == null ? null : lost.get(owner);
    return one == null ? State.UNSUSPECTED : one.state;
  }

  /** How many fell silent within a time until now. */
  long silentSince(Duration time) {
    long now = System.nanoTime();
    return lost.values().stream()
        .filter(one -> one.state == State.SILENT && now - one.since < time.toNanos())
        .count();
  }

  Future<Void> close() {
    return client.close();
  }

  /** Never fails. */
  private Future<Void> ask(Lost one) {
    if (one.asking) {
      return Future.succeededFuture();
    }
    one.asking = true;
    return client
        .connect(one.address.getPort(), one.address.getHost())
        .compose(this::greet)
        .map(answered -> answered ? State.APART : State.SILENT)
        .otherwise(failure -> Dialer.isRefusal(failure) ? State.DEAD : State.SILENT)
        .onSuccess(state -> found(one, state))
        .mapEmpty();
  }

  private void found(Lost one, State state) {
    one.asking = false;
    if (one.state != State.DEAD) {
      one.state = state;
      if (state == State.DEAD) {
        news.run();
      }
    }
  }

  private Future<Boolean> greet(NetSocket socket) {
    Promise<Boolean> answer = Promise.promise();
    socket.handler(greeting -> answer.tryComplete(true));
    socket.closeHandler(closed -> answer.tryComplete(false));
    socket.exceptionHandler(failure -> answer.tryComplete(false));
    Future<Boolean> greeted = socket.write(GREETING).compose(written -> answer.future());
    return OnContext.within(vertx, PATIENCE_MILLIS, greeted)
        .otherwise(false)
        .eventually(socket::close);
  }

  private static final class Lost {
    private final Address address;
    private final long since;
    private State state = State.SILENT;
    private boolean asking;

    Lost(Address address, long since) {
      this.address = address;
      this.since = since;
    }
  }
}
