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
 * Finds out what became of the Hazelcast members that left the cluster. A member that left may be
 * dead, hung, or in another part of a split cluster, so its address is contacted. If it refuses
 * connections, the member is dead. If it answers, the member is alive, but its beats do not arrive
 * here before the parts have merged. If it does neither, nothing is known.
 *
 * <p>Used on one context; Hazelcast reports members on its own threads.
 */
final class HazelcastPresence implements MembershipListener {

  /** The state of a Hazelcast member. */
  enum State {
    /** It is in the cluster, or was never seen in it. */
    UNSUSPECTED,
    /** It left the cluster, and its address neither refuses nor answers. */
    SILENT,
    /** It left the cluster, and its address answers. */
    APART,
    /** It left the cluster, and its address refuses connections. */
    DEAD
  }

  private static final int PATIENCE_MILLIS = 200;

  /** The bytes with which a Hazelcast member greets a peer; a living peer answers with the same. */
  private static final String GREETING = "HZC";

  /**
   * The pauses before further attempts, in milliseconds: a dying process closes its connections
   * first and its listening socket a little later.
   */
  private static final List<Integer> AGAIN_MILLIS = List.of(20, 50, 100, 200);

  private static final int MOST_REMEMBERED = 10_000;

  private final Vertx vertx;
  private final Context context;
  private final NetClient client;
  private final Runnable news;
  private final Duration memory;
  private final Map<UUID, Lost> lost = new HashMap<>();

  /**
   * Creates it without members.
   *
   * @param memory how long a member that left is remembered
   * @param news runs when a member is found to be dead
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

  /**
   * Contacts every member that left and is not known to be dead. The answers count in a later call
   * of {@link #of}.
   */
  void ask() {
    long now = System.nanoTime();
    lost.values().removeIf(one -> now - one.since > memory.toNanos());
    lost.values().stream().filter(one -> one.state != State.DEAD).forEach(this::ask);
  }

  /** The state of the Hazelcast member that wrote an entry. */
  State of(UUID owner) {
    Lost one = owner == null ? null : lost.get(owner);
    return one == null ? State.UNSUSPECTED : one.state;
  }

  /** The number of members that fell silent within the last span of time. */
  long silentSince(Duration time) {
    long now = System.nanoTime();
    return lost.values().stream()
        .filter(one -> one.state == State.SILENT && now - one.since < time.toNanos())
        .count();
  }

  Future<Void> close() {
    return client.close();
  }

  /** Contacts one member. Never fails. */
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
