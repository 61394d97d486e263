package io.servicegroup.backend.memcached;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.backend.memcached.MemcachedAnswer.Full;
import io.servicegroup.backend.memcached.MemcachedAnswer.Word;
import io.servicegroup.testkit.MemcachedServer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client beside real servers, and beside ones that answer wrongly, late, or by halves. */
class MemcachedClientIT {

  private static final Duration BOUND = Duration.ofSeconds(10);
  private static final MemcachedServer SERVER = MemcachedServer.create("-I", "8m", "-c", "16");
  private static final Vertx VERTX = Vertx.vertx();

  private final MemcachedClientHarness client = client(SERVER.uri(), BOUND);

  private static MemcachedClientHarness client(String uri, Duration bound) {
    return new MemcachedClientHarness(VERTX, uri, bound);
  }

  @AfterAll
  static void close() {
    await(VERTX.close());
    SERVER.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void valuesAreBytesWhateverIsInThem() {
    byte[] large = new byte[3 << 20];
    new Random(7).nextBytes(large);
    Map<String, byte[]> values =
        Map.of(
            "lines",
            bytes("a\r\nEND\r\nVALUE lines 1 0 1\r\n\r\n"),
            "empty",
            new byte[0],
            "large",
            large,
            "日本/é",
            bytes("é"));
    client.run(used -> used.set(values, 60));
    Map<String, MemcachedItem> found = client.get("lines", "empty", "large", "日本/é", "absent");
    assertThat(found).hasSize(4);
    values.forEach((key, value) -> assertThat(found.get(key).value()).as(key).isEqualTo(value));
    client.close();
  }

  @Test
  void thousandsOfKeysAreOneCall() {
    Map<String, byte[]> values = new HashMap<>();
    for (int i = 0; i < 2_000; i++) {
      values.put("k".repeat(200) + i, bytes("value " + i));
    }
    client.run(used -> used.set(values, 60));
    List<String> keys = new ArrayList<>(values.keySet());
    keys.add("absent");
    Map<String, MemcachedItem> found = client.run(used -> used.get(keys));
    assertThat(found).hasSize(2_000);
    values.forEach((key, value) -> assertThat(found.get(key).value()).isEqualTo(value));
    client.run(used -> used.delete(keys));
    assertThat(client.get(keys.toArray(String[]::new))).isEmpty();
    client.close();
  }

  @Test
  void whatIsSentTogetherIsAnsweredInItsOrder() {
    List<Future<?>> sent = new ArrayList<>();
    List<Integer> answered = new ArrayList<>();
    client.run(
        used -> {
          for (int i = 0; i < 100; i++) {
            int number = i;
            Future<?> one =
                i % 2 == 0
                    ? used.set(Map.of("order", bytes("" + i)), 60)
                    : used.get(List.of("order"))
                        .onSuccess(
                            found ->
                                assertThat(found.get("order").value())
                                    .isEqualTo(bytes("" + (number - 1))));
            sent.add(one.onSuccess(done -> answered.add(number)));
          }
          return Future.all(sent);
        });
    assertThat(answered).hasSize(100).isSorted();
    client.close();
  }

  private MemcachedAnswer answer(Function<MemcachedClient, Future<MemcachedAnswer>> work) {
    return client.run(work);
  }

  @Test
  void eachRefusalHasItsType() {
    client.run(used -> used.delete(List.of("types")));
    assertThat(answer(used -> used.replaceText("types", bytes("a"), 1, 0)))
        .isEqualTo(Word.NOT_FOUND);
    assertThat(answer(used -> used.addText("types", bytes("a"), 60))).isEqualTo(Word.STORED);
    assertThat(answer(used -> used.addText("types", bytes("b"), 60))).isEqualTo(Word.NOT_STORED);
    MemcachedItem read = client.get("types").get("types");
    assertThat(answer(used -> used.replace("types", bytes("c"), read))).isEqualTo(Word.STORED);
    assertThat(answer(used -> used.replace("types", bytes("d"), read))).isEqualTo(Word.EXISTS);

    byte[] large = new byte[(8 << 20) + 1];
    assertThat(answer(used -> used.add("large", large))).isEqualTo(Full.TOO_LARGE);
    assertThatThrownBy(() -> client.set("large", large))
        .hasMessageContaining("127.0.0.1:" + SERVER.port())
        .hasMessageContaining("object too large for cache");
    assertThat(client.get("types").get("types").text()).as("on the same connection").isEqualTo("c");
    client.close();
  }

  @Test
  void anExpiryIsTheServersToo() {
    client.run(used -> used.addText("expiry", bytes("a"), 1_000));
    try (RawMemcached raw = new RawMemcached(SERVER.port())) {
      assertThat(raw.secondsLeft("expiry")).isBetween(990, 1_000);
      assertThat(raw.get("expiry").flags()).isEqualTo(MemcachedClient.RAW);
      raw.delete("expiry");
    }
    client.close();
  }

  @Test
  void whatIsRenewedIsWrittenWhereItIsLost() {
    MemcachedCommand renewal = MemcachedCommand.renew("renewed", bytes("a"), 1, 1_000);
    try (RawMemcached raw = new RawMemcached(SERVER.port())) {
      client.run(used -> used.set(List.of(renewal)));
      assertThat(raw.get("renewed").text()).isEqualTo("a");
      raw.set("renewed", 1, 10, bytes("b"));
      client.run(used -> used.set(List.of(renewal)));
      assertThat(raw.secondsLeft("renewed")).isBetween(990, 1_000);
      assertThat(raw.get("renewed").text()).as("left as it is").isEqualTo("b");
    }
    client.close();
  }

  @Test
  void aServerThatTakesNoMoreConnectionsSaysSo() {
    List<RawMemcached> others = new ArrayList<>();
    try {
      for (int i = 0; i < 16; i++) {
        others.add(new RawMemcached(SERVER.port()));
      }
      assertThatThrownBy(() -> client.get("k")).hasMessageContaining("127.0.0.1:" + SERVER.port());
    } finally {
      others.forEach(RawMemcached::close);
    }
    await("an answer", () -> answers(client));
    client.close();
  }

  private static boolean answers(MemcachedClientHarness client) {
    return await(client.start(used -> used.get(List.of("k"))).map(true).otherwise(false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "STORED\r\n",
        "VALUE other 1 1 1\r\nx\r\nEND\r\n",
        "VALUE k 1 1 1\r\nxy\r\nEND\r\n",
        "VALUE k 1 99999999999 1\r\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "CLIENT_ERROR line too long\r\nEND\r\n",
        "ERROR Too many open connections\r\n"
      })
  void whoAnswersOutOfStepLosesTheConnection(String answer) {
    try (ScriptedMemcached server =
            new ScriptedMemcached(
                VERTX, (number, said) -> said.answer(number == 1 ? answer : "END\r\n"));
        MemcachedClientHarness other = client(server.uri(), BOUND)) {
      List<Future<?>> sent = new ArrayList<>();
      other.run(
          used -> {
            sent.add(used.get(List.of("k")));
            sent.add(used.get(List.of("k")));
            return Future.join(sent).otherwiseEmpty();
          });
      assertThat(sent).as("this one and the one behind it").allMatch(Future::failed);
      assertThat(sent).allMatch(one -> one.cause().getMessage().startsWith("127.0.0.1:"));
      assertThat(other.get("k")).as("on the next one").isEmpty();
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void whatNobodyAskedForIsOutOfStep() {
    try (ScriptedMemcached server =
            new ScriptedMemcached(
                VERTX, (number, said) -> said.answer(number == 1 ? "END\r\nEND\r\n" : "END\r\n"));
        MemcachedClientHarness other = client(server.uri(), BOUND)) {
      assertThat(other.get("k")).isEmpty();
      assertThat(other.get("k")).isEmpty();
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void aServerThatStopsInTheMiddleIsGivenUpInTime() {
    try (ScriptedMemcached server =
            new ScriptedMemcached(
                VERTX,
                (number, said) ->
                    said.answer(number == 1 ? "VALUE k 1 100000 1\r\nhalf of it" : "END\r\n"));
        MemcachedClientHarness other = client(server.uri(), Duration.ofMillis(300))) {
      long since = System.nanoTime();
      assertThatThrownBy(() -> other.get("k")).hasMessageContaining("did not answer within 300 ms");
      assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(3));
      assertThat(other.get("k")).as("at once, on the next one").isEmpty();
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void whoseTimeIsNotOverIsAnsweredAfterTheTimeOfAnotherIsOver() {
    List<ScriptedMemcached.Said> asked = new CopyOnWriteArrayList<>();
    Promise<Void> closed = Promise.promise();
    try (ScriptedMemcached server =
            new ScriptedMemcached(
                VERTX,
                (number, said) -> {
                  if (number == 1) {
                    said.socket().closeHandler(gone -> closed.tryComplete());
                    asked.add(said);
                  } else {
                    said.answer("END\r\n");
                  }
                });
        MemcachedClientHarness other = client(server.uri(), Duration.ofSeconds(2))) {
      Future<?> first = other.start(used -> used.get(List.of("a")));
      Future<Map<String, MemcachedItem>> second =
          other.start(used -> VERTX.timer(1_200).compose(passed -> used.get(List.of("b"))));

      assertThatThrownBy(() -> await(first)).hasMessageContaining("did not answer within 2000 ms");
      assertThat(other.get("c")).as("at once, on the next one").isEmpty();
      assertThat(second.isComplete()).isFalse();
      asked.get(0).answer("VALUE a 1 1 1\r\nx\r\nEND\r\nVALUE b 1 1 1\r\ny\r\nEND\r\n");
      assertThat(await(second).get("b").text()).isEqualTo("y");
      await(closed.future());
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void aServerThatGoesInTheMiddleFailsWhatWaits() {
    try (ScriptedMemcached server =
            new ScriptedMemcached(
                VERTX,
                (number, said) -> {
                  said.answer(number == 1 ? "VALUE k 1 100000 1\r\nhalf of it" : "END\r\n");
                  if (number == 1) {
                    said.close();
                  }
                });
        MemcachedClientHarness other = client(server.uri(), BOUND)) {
      assertThatThrownBy(() -> other.get("k")).hasMessageContaining("closed the connection");
      assertThat(other.get("k")).isEmpty();
    }
  }

  @Test
  void aProxysErrorConcernsOneCall() {
    try (ScriptedMemcached server =
            new ScriptedMemcached(
                VERTX,
                (number, said) ->
                    said.answer(said.text().contains(" a") ? "SERVER_ERROR busy\r\n" : "END\r\n"));
        MemcachedClientHarness other = client(server.uri(), BOUND)) {
      assertThatThrownBy(() -> other.get("a")).hasMessageContaining("refused: busy");
      assertThat(other.get("b")).isEmpty();
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void manyWhoFindNoServerMakeFewAttempts() {
    try (ScriptedMemcached server = new ScriptedMemcached(VERTX, (number, said) -> said.close());
        MemcachedClientHarness other = client(server.uri(), Duration.ofMillis(100))) {
      for (int i = 0; i < 200; i++) {
        assertThatThrownBy(() -> other.get("k")).hasMessageStartingWith("127.0.0.1:");
      }
      assertThat(server.connections()).isBetween(1, 10);
    }
  }

  @Test
  void whatIsClosedStaysClosed() {
    client.get("k");
    client.run(
        used -> {
          used.close();
          return Future.succeededFuture();
        });
    assertThatThrownBy(() -> client.get("k")).hasMessageContaining("the connection is closed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::1]", "localhost"})
  void aServerOnIPv6AloneIsFoundByItsAddressAndByItsName(String host) {
    try (MemcachedServer server = MemcachedServer.on("::1");
        MemcachedClientHarness other = client("memcached://" + host + ":" + server.port(), BOUND)) {
      other.set("k", bytes("v"));
      assertThat(other.get("k").get("k").text()).isEqualTo("v");
    }
  }
}
