package io.servicegroup.backend.common;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is announced is heard through every loss, and what may have been missed is said. */
class NotificationChannelTest {

  private static final Duration SOON = Duration.ofMillis(5);
  private static final String MISSED = "(missed)";

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> warned = new LinkedBlockingQueue<>();
  private final FakeTransport transport = new FakeTransport();
  private final NotificationChannel<FakeConnection> channel =
      new NotificationChannel<>(
          vertx,
          context,
          transport,
          new NotificationChannel.Pace(SOON, SOON, SOON, SOON, Duration.ofMillis(200)),
          told::add,
          () -> told.add(MISSED));

  @AfterEach
  void close() throws Exception {
    await(channel.stop());
    await(vertx.close());
  }

  @Test
  void whatOthersAnnounceIsHeardAndItsOwnTestIsNot() throws Exception {
    assertThat(await(channel.start())).isTrue();
    transport.announce("news");
    assertThat(next(told)).isEqualTo("news");
    assertThat(channel.isListening()).isTrue();
    assertThat(channel.isAnnouncing()).isTrue();
    assertThat(told).isEmpty();
  }

  @Test
  void aLostConnectionIsMadeAgainAndMayHaveMissedSomething() throws Exception {
    await(channel.start());
    transport.connections.get(0).end(context);
    assertThat(next(told)).isEqualTo(MISSED);
    transport.announce("later");
    assertThat(next(told)).isEqualTo("later");
    assertThat(warned).isEmpty();
  }

  @Test
  void whereNoneCanBeHadItIsTriedAgain() throws Exception {
    transport.refusedConnections.set(3);
    assertThat(await(channel.start())).isFalse();
    assertThat(next(told)).isEqualTo(MISSED);
    assertThat(channel.isListening()).isTrue();
    assertThat(warned).isEmpty();
  }

  @Test
  void whereNothingArrivesItIsSaidOnceUntilSomethingDoes() throws Exception {
    transport.swallowed.set(2);
    assertThat(await(channel.start())).isFalse();
    assertThat(next(told)).isEqualTo(MISSED);
    assertThat(warned).containsExactly("deaf false null", "hearing");
    assertThat(transport.connections.get(0).closed).isTrue();
    assertThat(transport.connections.get(1).closed).isTrue();
    assertThat(transport.connections.get(2).closed).isFalse();
  }

  @Test
  void whereItIsRefusedNobodyIsSaidToAnnounce() throws Exception {
    transport.subscribing = heard -> Future.failedFuture(new Refusal());
    assertThat(await(channel.start())).isFalse();
    assertThat(next(warned)).startsWith("deaf false").contains("Refusal");
    assertThat(channel.isAnnouncing()).isFalse();
    transport.subscribing = heard -> Future.succeededFuture();
    assertThat(next(told)).isEqualTo(MISSED);
    assertThat(warned).containsExactly("hearing");
    assertThat(channel.isAnnouncing()).isTrue();
  }

  @Test
  void aLossWhileItIsTestedIsNoRefusal() throws Exception {
    Promise<Void> never = Promise.promise();
    transport.subscribing =
        heard -> {
          transport.subscribing = again -> Future.succeededFuture();
          transport.connections.get(0).end(context);
          return never.future();
        };
    assertThat(await(channel.start())).isFalse();
    assertThat(next(told)).isEqualTo(MISSED);
    never.fail(new Refusal());
    assertThat(warned).isEmpty();
    assertThat(channel.isListening()).isTrue();
  }

  @Test
  void oneToTheWrongServerIsReplaced() throws Exception {
    await(channel.start());
    FakeConnection wrong = transport.connections.get(0);
    context.runOnContext(
        nothing -> channel.replace(connection -> connection != wrong, "not this one"));
    context.runOnContext(
        nothing -> channel.replace(connection -> connection == wrong, "it is no master"));
    assertThat(next(told)).isEqualTo(MISSED);
    assertThat(wrong.closed).isTrue();
    assertThat(transport.connections).hasSize(2);
  }

  @Test
  void afterItsEndNothingIsTriedAgain() throws Exception {
    await(channel.start());
    await(channel.stop());
    transport.connections.get(0).end(context);
    assertThat(channel.isListening()).isFalse();
    assertThat(transport.connections).hasSize(1);
    assertThat(transport.connections.get(0).closed).isTrue();
  }

  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final class FakeConnection implements NotificationTransport.Connection {
    private final Function<Consumer<String>, Future<Void>> subscribing;
    private Runnable onClosed = () -> {};
    private volatile Consumer<String> heard = payload -> {};
    private volatile boolean closed;

    FakeConnection(Function<Consumer<String>, Future<Void>> subscribing) {
      this.subscribing = subscribing;
    }

    void end(Context on) {
      on.runOnContext(
          nothing -> {
            closed = true;
            onClosed.run();
          });
    }

    @Override
    public Future<Void> subscribe(Consumer<String> listener) {
      heard = listener;
      return subscribing.apply(listener);
    }

    @Override
    public Future<Void> check() {
      return Future.succeededFuture();
    }

    @Override
    public boolean isClosed() {
      return closed;
    }

    @Override
    public void onClosed(Runnable then) {
      onClosed = then;
    }

    @Override
    public Future<Void> close() {
      closed = true;
      return Future.succeededFuture();
    }
  }

  private final class FakeTransport implements NotificationTransport<FakeConnection> {
    private final List<FakeConnection> connections = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusedConnections = new AtomicInteger();
    private final AtomicInteger swallowed = new AtomicInteger();
    private volatile Function<Consumer<String>, Future<Void>> subscribing =
        heard -> Future.succeededFuture();

    @Override
    public Future<FakeConnection> connect() {
      if (refusedConnections.getAndDecrement() > 0) {
        return Future.failedFuture("refused");
      }
      FakeConnection connection = new FakeConnection(subscribing);
      connections.add(connection);
      return Future.succeededFuture(connection);
    }

    @Override
    public Future<?> announce(String payload) {
      if (swallowed.getAndDecrement() <= 0) {
        connections.stream()
            .filter(connection -> !connection.closed)
            .forEach(connection -> connection.heard.accept(payload));
      }
      return Future.succeededFuture();
    }

    @Override
    public boolean isRefusal(Throwable failure) {
      return failure instanceof Refusal;
    }

    @Override
    public String notArriving(boolean before, Throwable why) {
      String said = "deaf " + before + " " + why;
      warned.add(said);
      return said;
    }

    @Override
    public String arriving() {
      warned.add("hearing");
      return "hearing";
    }
  }
}
