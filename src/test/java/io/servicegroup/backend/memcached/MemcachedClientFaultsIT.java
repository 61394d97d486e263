package io.servicegroup.backend.memcached;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.map;

import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Real servers that stop in the middle of an answer, answer late, or have no room. */
class MemcachedClientFaultsIT {

  private static final Duration BOUND = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Map<String, byte[]> VALUES =
      Map.of("a", "x\r\nEND\r\n".getBytes(UTF_8), "é", "y".getBytes(UTF_8));

  @Started({"-I", "8m"})
  private static MemcachedServer server;

  @Started private static Vertx vertx;

  private static MemcachedClientHarness client(String uri, Duration bound) {
    return new MemcachedClientHarness(vertx, uri, bound);
  }

  private static byte[] threeMegabytes(String key) {
    byte[] value = new byte[3 << 20];
    new Random(7).nextBytes(value);
    try (MemcachedClientHarness straight = client(server.uri(), BOUND)) {
      straight.set(key, value);
    }
    return value;
  }

  @Test
  void anAnswerMayBeCutAnywhere() {
    int longest;
    try (MemcachedClientHarness straight = client(server.uri(), BOUND);
        RawMemcached raw = new RawMemcached(server.port())) {
      straight.run(used -> used.set(VALUES, 60));
      long version = raw.get("é").cas();
      longest =
          ("VALUE a 1 8 %d\r\nx\r\nEND\r\n\r\nVALUE é 1 1 %d\r\ny\r\nEND\r\n"
                  .formatted(version, version))
              .getBytes(UTF_8)
              .length;
    }
    try (NarrowWay way = new NarrowWay(vertx, server.port())) {
      for (int cut = 0; cut < longest; cut++) {
        way.narrow(cut, 2);
        try (MemcachedClientHarness client = client(way.uri(), BOUND)) {
          Map<String, MemcachedItem> found = client.get("a", "é", "absent");
          assertThat(found).as("cut at %d", cut).hasSize(2);
          for (String key : VALUES.keySet()) {
            assertThat(found.get(key).value()).as("cut at %d", cut).isEqualTo(VALUES.get(key));
          }
        }
      }
    }
  }

  @Test
  void whoStopsInTheMiddleOfALargeAnswerIsLeft() {
    byte[] value = threeMegabytes("large");
    try (NarrowWay way = new NarrowWay(vertx, server.port());
        MemcachedClientHarness client = client(way.uri(), SHORT)) {
      way.narrow(1 << 20, NarrowWay.NEVER);
      assertThatThrownBy(() -> client.get("large"))
          .hasMessageContaining("did not answer within 500 ms");
      way.widen();
      assertThat(client.get("large").get("large").value()).isEqualTo(value);
      assertThat(way.connections()).isEqualTo(2);
    }
  }

  @Test
  void theLateAnswerOfOneCallIsNotAnothersAnswer() {
    try (MemcachedClientHarness straight = client(server.uri(), BOUND);
        NarrowWay way = new NarrowWay(vertx, server.port());
        MemcachedClientHarness client = client(way.uri(), SHORT)) {
      straight.run(used -> used.set(VALUES, 60));
      way.narrow(0, 550);
      List<Future<?>> asked = new ArrayList<>();
      client.run(
          used -> {
            asked.add(used.get(List.of("a")));
            // Its time is over a little later than the first one's, when that is answered at last.
            Future<Map<String, MemcachedItem>> second =
                vertx.timer(250).compose(waited -> used.get(List.of("é")));
            asked.add(second);
            return Future.join(asked).otherwiseEmpty();
          });
      assertThat(asked.get(0).cause()).hasMessageContaining("did not answer within 500 ms");
      assertThat(asked.get(1).result())
          .asInstanceOf(map(String.class, Object.class))
          .containsOnlyKeys("é");
      way.widen();
      assertThat(client.get("a", "é")).hasSize(2);
    }
  }

  @Test
  void aFullServerSaysSoAndGoesOn() {
    try (MemcachedServer full = MemcachedServer.create("-M", "-m", "2");
        MemcachedClientHarness client = client(full.uri(), BOUND)) {
      byte[] value = "v".repeat(200_000).getBytes(ISO_8859_1);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  client.set("k" + i, value);
                }
              })
          .hasMessageContaining("127.0.0.1:" + full.port())
          .hasMessageContaining("out of memory storing object");
      assertThat(client.get("k0").get("k0").value()).isEqualTo(value);
      client.run(used -> used.delete(List.of("k0")));
      client.set("k0", value);
    }
  }

  @Test
  void anErrorInTheMiddleOfOneAnswerFailsThatCallAlone() {
    try (ScriptedMemcached scripted =
            new ScriptedMemcached(
                vertx,
                (number, said) ->
                    said.answer(
                        "VALUE a 1 1 1\r\nx\r\nEND\r\n"
                            + "VALUE b 1 1 1\r\nx\r\nSERVER_ERROR out of memory writing get"
                            + " response\r\n"
                            + "VALUE c 1 1 1\r\nz\r\nEND\r\n"));
        MemcachedClientHarness client = client(scripted.uri(), BOUND)) {
      List<Future<Map<String, MemcachedItem>>> asked = new ArrayList<>();
      client.run(
          used -> {
            List.of("a", "b", "c").forEach(key -> asked.add(used.get(List.of(key))));
            return Future.join(asked).otherwiseEmpty();
          });
      assertThat(asked.get(0).result()).containsOnlyKeys("a");
      assertThat(asked.get(1).cause()).hasMessageContaining("out of memory writing get response");
      assertThat(asked.get(2).result().get("c").text()).isEqualTo("z");
      assertThat(scripted.connections()).isEqualTo(1);
    }
  }

  @Test
  void aKeyThatNoServerTakesIsSentToNone() {
    try (MemcachedClientHarness client = client(server.uri(), BOUND)) {
      for (String key : List.of("k".repeat(251), "a b", "a\r\nflush_all", "")) {
        assertThatThrownBy(() -> client.get(key)).hasMessageContaining("250 bytes");
        assertThatThrownBy(() -> client.set(key, new byte[0])).hasMessageContaining("250 bytes");
      }
      assertThat(client.get("absent")).isEmpty();
    }
  }
}
