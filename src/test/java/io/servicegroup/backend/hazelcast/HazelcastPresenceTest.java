package io.servicegroup.backend.hazelcast;

import static io.servicegroup.backend.hazelcast.HazelcastPresence.State.APART;
import static io.servicegroup.backend.hazelcast.HazelcastPresence.State.DEAD;
import static io.servicegroup.backend.hazelcast.HazelcastPresence.State.SILENT;
import static io.servicegroup.backend.hazelcast.HazelcastPresence.State.UNSUSPECTED;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.impl.MemberImpl;
import com.hazelcast.version.MemberVersion;
import io.servicegroup.backend.hazelcast.HazelcastPresence.State;
import io.servicegroup.testkit.Ports;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.lang.reflect.Proxy;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hazelcast members that left, and what their addresses say. */
class HazelcastPresenceTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final BlockingQueue<String> news = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
  private HazelcastPresence presence = presence(LONG);

  private HazelcastPresence presence(Duration memory) {
    return new HazelcastPresence(vertx, context, memory, () -> news.add("news"));
  }

  @AfterEach
  void close() {
    await(presence.close());
    await(vertx.close());
  }

  private static Member member(int port) throws UnknownHostException {
    return new MemberImpl(
        new Address("127.0.0.1", port), MemberVersion.UNKNOWN, false, UUID.randomUUID());
  }

  private static MembershipEvent event(Member member, int type) {
    Cluster cluster =
        (Cluster)
            Proxy.newProxyInstance(
                Cluster.class.getClassLoader(),
                new Class<?>[] {Cluster.class},
                (proxy, method, arguments) -> null);
    return new MembershipEvent(cluster, member, type, Set.of());
  }

  private Member leave(int port) throws UnknownHostException {
    Member member = member(port);
    presence.memberRemoved(event(member, MembershipEvent.MEMBER_REMOVED));
    return member;
  }

  private <T> T onContext(Supplier<T> question) {
    Promise<T> answer = Promise.promise();
    context.runOnContext(nothing -> answer.complete(question.get()));
    return await(answer.future());
  }

  private void awaitState(Member member, State wanted) {
    await(
        "its state",
        () ->
            onContext(
                () -> {
                  presence.ask();
                  return presence.of(member.getUuid());
                }),
        wanted::equals);
  }

  private NetServer listen(String greeting) {
    NetServer server = vertx.createNetServer();
    server.connectHandler(
        socket ->
            socket
                .closeHandler(end -> closed.add("closed"))
                .handler(
                    said -> {
                      if (greeting != null) {
                        socket.write(greeting);
                      }
                    }));
    return await(server.listen(0, "127.0.0.1"));
  }

  @Test
  void whoseAddressRefusesIsDeadAndThatIsNews() throws Exception {
    Member member = leave(Ports.free());
    next(news);
    assertThat(onContext(() -> presence.of(member.getUuid()))).isEqualTo(DEAD);
    assertThat(onContext(() -> presence.silentSince(LONG))).isZero();
  }

  @Test
  void whoDiesAfterLeavingIsDead() throws Exception {
    NetServer server = listen(null);
    Member member = leave(server.actualPort());
    assertThat(onContext(() -> presence.of(member.getUuid()))).isEqualTo(SILENT);
    await(server.close());
    awaitState(member, DEAD);
  }

  @Test
  void whoAnswersIsApartUntilItIsBack() throws Exception {
    NetServer server = listen("HZC");
    Member member = leave(server.actualPort());
    awaitState(member, APART);
    assertThat(onContext(() -> presence.silentSince(LONG))).isZero();
    presence.memberAdded(event(member, MembershipEvent.MEMBER_ADDED));
    assertThat(onContext(() -> presence.of(member.getUuid()))).isEqualTo(UNSUSPECTED);
    assertThat(news).isEmpty();
  }

  @Test
  void whoTakesConnectionsAndSaysNothingIsSilent() throws Exception {
    NetServer server = listen(null);
    Member member = leave(server.actualPort());
    // It was contacted at once and after each of four pauses.
    for (int i = 0; i < 5; i++) {
      next(closed);
    }
    assertThat(onContext(() -> presence.of(member.getUuid()))).isEqualTo(SILENT);
    assertThat(onContext(() -> presence.silentSince(LONG))).isEqualTo(1);
    assertThat(onContext(() -> presence.silentSince(Duration.ofMillis(1)))).isZero();
    assertThat(news).isEmpty();
  }

  @Test
  void whoLeftLongAgoIsForgotten() throws Exception {
    presence = presence(Duration.ofMillis(1));
    Member member = leave(Ports.free());
    awaitState(member, UNSUSPECTED);
  }

  @Test
  void nobodyKnowsAnythingOfAClient() {
    assertThat(onContext(() -> presence.of(null))).isEqualTo(UNSUSPECTED);
  }
}
