package io.servicegroup.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.testkit.ToozPeer.Event;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The peer is tooz itself: what it does with its own groups is what our layout has to meet. */
class ToozPeerIT {

  private static final int PORT = Ports.free();
  private static ManagedProcess memcached;

  @BeforeAll
  static void startServer() {
    memcached =
        ManagedProcess.start(
            "memcached",
            new ProcessBuilder(
                "memcached", "-vv", "-l", "127.0.0.1", "-p", "" + PORT, "-u", "nobody"));
    memcached.awaitLine("server listening", Duration.ofSeconds(30));
  }

  @AfterAll
  static void stopServer() {
    memcached.close();
  }

  private static String uri(int timeout) {
    return "memcached://127.0.0.1:" + PORT + "?timeout=" + timeout;
  }

  @Test
  void whoJoinsIsSeenWithCapabilitiesUntilLeaving() {
    JsonObject capabilities =
        new JsonObject().put("version", 5).put("zones", new JsonArray().add("ä").addNull());
    try (ToozPeer peer = ToozPeer.start(uri(30), "host-1");
        ToozPeer reader = ToozPeer.start(uri(30), "reader")) {
      peer.createGroup("compute");
      peer.createGroup("compute");
      reader.watchJoin("compute");
      reader.watchLeave("compute");
      peer.join("compute", capabilities);
      assertThat(reader.runWatchers()).containsExactly(new Event("compute", "host-1", "joined"));
      assertThat(reader.groups()).contains("compute");
      assertThat(reader.members("compute")).containsExactly("host-1");
      assertThat(reader.capabilities("compute", "host-1")).isEqualTo(capabilities);
      peer.updateCapabilities("compute", 7);
      assertThat(reader.capabilities("compute", "host-1")).isEqualTo(7);
      peer.leave("compute");
      assertThat(reader.runWatchers()).containsExactly(new Event("compute", "host-1", "left"));
      peer.stop();
    }
  }

  @Test
  void whoIsKilledIsPrunedWhenItsBeatExpires() {
    try (ToozPeer peer = ToozPeer.start(uri(5), "host-2", ToozPeer.Option.TEXT_IDS);
        ToozPeer reader = ToozPeer.start(uri(5), "reader", ToozPeer.Option.TEXT_IDS)) {
      peer.createGroup("network");
      peer.join("network", "");
      peer.heartbeat();
      assertThat(reader.members("network")).containsExactly("host-2");
      peer.kill();
      Eventually.await("it is pruned", () -> reader.members("network"), List::isEmpty);
    }
  }

  @Test
  void idsOfTextAndOfBytesAreTwo() {
    try (ToozPeer text =
            ToozPeer.start(uri(30), "h", ToozPeer.Option.TEXT_IDS, ToozPeer.Option.BEATS);
        ToozPeer bytes = ToozPeer.start(uri(30), "h")) {
      text.createGroup("both");
      text.join("both", new JsonObject().put("text", true));
      assertThatThrownBy(() -> bytes.capabilities("both", "h"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("MemberNotJoined");
      bytes.join("both", 1);
      assertThat(bytes.members("both")).containsExactly("h", "h");
    }
  }
}
