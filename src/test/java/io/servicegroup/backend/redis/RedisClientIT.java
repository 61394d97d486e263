package io.servicegroup.backend.redis;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.config.BackendUri;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several callers on one connection: what becomes of one of them is nobody else's affair. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RedisClientIT {

  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(20);

  @Started private static RedisServer server;
  @Started private static Vertx vertx;
  private TcpProxy proxy;
  private Context context;
  private RedisClient client;

  @BeforeEach
  void open() {
    server.start();
    proxy = TcpProxy.to(server.port());
    context = vertx.getOrCreateContext();
    RedisAddress address = new RedisAddress(BackendUri.parse(server.uri(proxy.port())));
    RedisConnector connector = new RedisConnector(vertx, address, Duration.ofSeconds(1));
    client = new RedisClient(connector, LONG);
    call(Request.cmd(Command.SET).arg("text").arg("a"));
  }

  @AfterEach
  void close() {
    await(onContext(client::close));
    proxy.close();
  }

  private <T> Future<T> onContext(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(turned -> work.get().onComplete(done));
    return done.future();
  }

  private Future<Response> start(Duration bound, Request request) {
    return onContext(
        () ->
            client.run(bound, call -> call.send(List.of(request)).map(answers -> answers.get(0))));
  }

  private Response call(Request request) {
    return await(start(LONG, request));
  }

  private static Request get() {
    return Request.cmd(Command.GET).arg("text");
  }

  /** Nothing that comes behind it on its connection is answered before it is. */
  private static Request hanging(String seconds) {
    return Request.cmd(Command.BLPOP).arg("empty").arg(seconds);
  }

  /** One that is used no more is closed when all on it have ended. */
  private void assertOneConnection() {
    await("one connection", this::clients, clients -> clients.lines().count() == 1);
  }

  private String clients() {
    return call(Request.cmd(Command.CLIENT).arg("LIST")).toString();
  }

  @Test
  void whoseTimeIsNotOverIsAnsweredAfterTheTimeOfAnotherIsOver() {
    Future<Response> hangs = start(SHORT, hanging("1"));
    Future<Response> behind = start(LONG, get());

    assertThatThrownBy(() -> await(hangs)).hasMessageContaining("no answer within 300 ms");
    assertThat(call(get()).toString()).as("meanwhile").isEqualTo("a");
    assertThat(behind.isComplete()).isFalse();
    assertThat(await(behind).toString()).isEqualTo("a");
    assertOneConnection();
  }

  @Test
  void whatIsRefusedEndsNothingElse() {
    Future<Response> hangs = start(LONG, hanging("0.5"));
    Future<Response> refused = start(LONG, Request.cmd(Command.LPUSH).arg("text").arg("b"));
    Future<Response> behind = start(LONG, get());
    for (int i = 0; i < 3; i++) {
      start(LONG, Request.cmd(Command.LPUSH).arg("text").arg("b"));
    }
    Future<Response> last = start(LONG, get());

    assertThat(await(hangs)).isNull();
    assertThatThrownBy(() -> await(refused)).hasMessageContaining("WRONGTYPE");
    assertThat(await(behind).toString()).isEqualTo("a");
    assertThat(await(last).toString()).isEqualTo("a");
    assertThat(call(get()).toString()).isEqualTo("a");
    assertOneConnection();
  }

  @Test
  void othersThatRanOutOfTimeAreNoReasonToWaitBeforeAnotherConnection() {
    Future<Response> slow = start(SHORT, hanging("0.2"));
    Future<Response> one = start(SHORT, hanging("1"));
    Future<Response> other = start(SHORT, hanging("1"));

    assertThat(await(slow)).isNull();
    assertThatThrownBy(() -> await(one)).hasMessageContaining("no answer within");
    assertThatThrownBy(() -> await(other)).hasMessageContaining("no answer within");
    assertThat(await(start(LONG, get())).toString()).isEqualTo("a");
  }

  @Test
  void aConnectionThatHangsIsReplacedByTheNextCall() {
    proxy.hang();
    Future<Response> hangs = start(SHORT, get());
    assertThatThrownBy(() -> await(hangs)).hasMessageContaining("no answer within 300 ms");
    proxy.pass();

    long started = System.nanoTime();
    assertThat(call(get()).toString()).isEqualTo("a");
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    assertOneConnection();
  }

  @Test
  void whoHasTimeWaitsForTheRestAfterTheFailuresOfOthers() {
    proxy.refuse();
    for (int i = 0; i < 3; i++) {
      Future<Response> fails = start(SHORT, get());
      assertThatThrownBy(() -> await(fails)).isInstanceOf(Exception.class);
    }
    proxy.pass();

    assertThat(call(get()).toString()).isEqualTo("a");
  }

  @Test
  void whoHasTimeIsConnectedAfterTheTimeOfWhomHeWaitedWithIsOver() {
    Future<Void> dropped =
        onContext(
            () -> {
              client.drop();
              return Future.succeededFuture();
            });
    await(dropped);
    proxy.hang();
    Future<Response> first = start(SHORT, get());
    Future<Response> second = start(LONG, get());
    assertThatThrownBy(() -> await(first)).hasMessageContaining("no answer within 300 ms");
    proxy.pass();

    assertThat(await(second).toString()).isEqualTo("a");
  }

  @Test
  void aServerThatIsNoMasterAnyMoreIsLeft() {
    call(Request.cmd(Command.REPLICAOF).arg("127.0.0.1").arg("1"));
    try {
      Future<Response> refused = start(LONG, Request.cmd(Command.SET).arg("text").arg("c"));
      assertThatThrownBy(() -> await(refused)).hasMessageContaining("READONLY");
      assertThatThrownBy(
              () -> {
                while (true) {
                  call(get());
                }
              })
          .hasMessageContaining("is not the master");
    } finally {
      server.stop();
    }
  }
}
