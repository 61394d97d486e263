package io.servicegroup.runtime;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ConnectTimeoutException;
import io.servicegroup.testkit.Ports;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DialerTest {

  private static final String NAME = "my_svc";

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, List<String>> hosts = new ConcurrentHashMap<>();
  private final AtomicLong nanos = new AtomicLong();
  private final Queue<Runnable> held = new ArrayDeque<>();
  private final List<String> discarded = new ArrayList<>();
  private boolean answers = true;
  private String failure = "Name or service not known";
  private final Executor threads =
      work -> {
        if (answers) {
          work.run();
        } else {
          held.add(work);
        }
      };
  private final HostNames names = new HostNames(this::lookUp, threads, nanos::get);
  private final Dialer dialer = new Dialer(vertx, names);

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  private InetAddress[] lookUp(String host) throws UnknownHostException {
    List<InetAddress> found = new ArrayList<>();
    for (String address : hosts.getOrDefault(host, List.of())) {
      found.add(InetAddress.getByName(address));
    }
    if (found.isEmpty()) {
      throw new UnknownHostException(host + ": " + failure);
    }
    return found.toArray(InetAddress[]::new);
  }

  private Future<String> dial(long millis, Map<String, Future<String>> byAddress) {
    return dialer.dial(
        NAME, 80, millis, address -> byAddress.get(address.hostAddress()), discarded::add);
  }

  @Test
  void aNameIsWhatItIsNow() throws Exception {
    Dialer.Attempt<String> echo =
        address -> Future.succeededFuture(address.hostName() + "/" + address.hostAddress());
    hosts.put(NAME, List.of("127.0.0.2"));
    assertThat(await(dialer.dial(NAME, 80, 1000, echo, discarded::add)))
        .isEqualTo("my_svc/127.0.0.2");
    hosts.put(NAME, List.of("::1"));
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
    String second = await(dialer.dial(NAME, 80, 1000, DialerTest::ip, discarded::add));
    assertThat(second).isEqualTo("0:0:0:0:0:0:0:1");
    assertThat(await(dialer.dial("127.0.0.9", 80, 1000, DialerTest::ip, discarded::add)))
        .isEqualTo("127.0.0.9");
  }

  private static Future<String> ip(SocketAddress address) {
    return Future.succeededFuture(address.hostAddress());
  }

  @Test
  void everyAddressIsTriedInItsShareOfTheTime() throws Exception {
    hosts.put(NAME, List.of("10.0.0.1", "10.0.0.2", "10.0.0.3"));
    Promise<String> swallowed = Promise.promise();
    Future<String> dialed =
        dial(
            600,
            Map.of(
                "10.0.0.1", Future.failedFuture(new ConnectException("Connection refused")),
                "10.0.0.2", swallowed.future(),
                "10.0.0.3", Future.succeededFuture("third")));
    assertThat(await(dialed)).isEqualTo("third");
    swallowed.complete("late");
    assertThat(discarded).containsExactly("late");
  }

  @Test
  void aRefusalSaysItsAddressOnceAndShortly() throws Exception {
    Vertx real = Vertx.vertx();
    try {
      NetClient client = real.createNetClient();
      Dialer dialer = new Dialer(real);
      int port = Ports.free();
      for (String host : List.of("127.0.0.1", "::1", "localhost")) {
        Future<NetSocket> dialed =
            dialer.dial(host, port, 5_000, address -> connect(client, address), NetSocket::close);
        assertThatThrownBy(() -> await(dialed))
            .isInstanceOf(ConnectException.class)
            .message()
            .as(host)
            .matches(
                "connection refused" + (host.equals("localhost") ? " \\((127.0.0.1|::1)\\)" : ""));
      }
    } finally {
      await(real.close());
    }
  }

  private static Future<NetSocket> connect(NetClient client, SocketAddress address) {
    return client.connect(new ConnectOptions().setRemoteAddress(address));
  }

  @Test
  void anAddressThatSwallowsIsToldBeforeOneThatRefuses() {
    hosts.put(NAME, List.of("10.0.0.1", "10.0.0.2"));
    assertThatThrownBy(
            () ->
                await(
                    dial(
                        100,
                        Map.of(
                            "10.0.0.1", Future.failedFuture(new ConnectTimeoutException("silent")),
                            "10.0.0.2", Future.failedFuture(new ConnectException("refused"))))))
        .isInstanceOf(ConnectTimeoutException.class)
        .hasMessage("no answer in time (10.0.0.1)");
  }

  @Test
  void aNameServerThatIsAwayTakesNothingThatWasKnown() throws Exception {
    Map<String, Future<String>> one = Map.of("10.0.0.1", Future.succeededFuture("one"));
    answers = false;
    assertThatThrownBy(() -> await(dial(50, one)))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContainingAll(NAME, "no name server answers");
    hosts.put(NAME, List.of("10.0.0.1"));
    answers = true;
    held.remove().run();
    assertThat(await(dial(50, one))).isEqualTo("one");

    answers = false;
    nanos.addAndGet(TimeUnit.DAYS.toNanos(1));
    assertThat(await(dial(50, one))).isEqualTo("one");
    assertThat(await(dial(50, one))).as("one question at a time").isEqualTo("one");
    assertThat(held).hasSize(1);

    answers = true;
    hosts.remove(NAME);
    failure = "Temporary failure in name resolution";
    held.remove().run();
    assertThat(await(dial(50, one))).isEqualTo("one");
    failure = "Name or service not known";
    assertThatThrownBy(() -> await(dial(50, one)))
        .isInstanceOf(UnknownHostException.class)
        .hasMessage("the host name my_svc cannot be resolved");
  }

  /** On real sockets: the first address refuses, and the service is on the other family's. */
  @Test
  void driversReachWhatIsOnTheOtherFamilyOnly() throws Exception {
    int port =
        await(vertx.createNetServer().connectHandler(NetSocket::close).listen(0, "::1"))
            .actualPort();
    Vertx dialing = new DialingVertx(vertx, SocketAddress.inetSocketAddress(port, "localhost"));
    NetSocket socket =
        await(
            dialing
                .createNetClient()
                .connect(new ConnectOptions().setHost("elsewhere.invalid").setPort(1)));
    assertThat(socket.remoteAddress().port()).isEqualTo(port);
  }
}
