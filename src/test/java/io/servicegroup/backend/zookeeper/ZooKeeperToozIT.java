package io.servicegroup.backend.zookeeper;

import static io.servicegroup.backend.zookeeper.ZooKeeperRig.life;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.zookeeper.ZooKeeperRig.Agent;
import io.servicegroup.liveness.Life;
import io.servicegroup.liveness.Sight;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.ToozPeer;
import io.servicegroup.testkit.ToozPeer.Event;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A Python service that joined through tooz, and a service beside an agent, in one group. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ZooKeeperToozIT {

  @Started private static ZooKeeperServer server;
  private final ZooKeeperRig rig = new ZooKeeperRig();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void toozSeesOurMembersComeAndGo() {
    Life life = life("ours", "h1");
    Agent writer = rig.agent(server.uri(), true);
    writer.joined(life);
    try (ToozPeer peer = ToozPeer.start(server.uri() + "?timeout=5", "reader")) {
      peer.createGroup("ours");
      peer.watchJoin("ours");
      peer.watchLeave("ours");
      writer.write(life);
      assertThat(watched(peer)).isEqualTo(new Event("ours", "h1", "joined"));
      assertThat(peer.groups()).contains("ours");
      assertThat(peer.members("ours")).containsExactly("h1");
      JsonObject capabilities = (JsonObject) peer.capabilities("ours", "h1");
      assertThat(capabilities.getInteger("version")).isEqualTo(5);
      assertThat(capabilities.getString("incarnation")).isEqualTo(life.incarnation().toString());

      writer.harness().write(life.failed());
      assertThat(watched(peer)).isEqualTo(new Event("ours", "h1", "left"));
      writer.write(life);
      assertThat(watched(peer)).isEqualTo(new Event("ours", "h1", "joined"));
      writer.harness().write(List.of(), List.of(life.last()));
      assertThat(watched(peer)).isEqualTo(new Event("ours", "h1", "left"));
      assertThat(peer.members("ours")).isEmpty();
    }
  }

  private Event watched(ToozPeer peer) {
    List<Event> events = await("an event", peer::runWatchers, seen -> !seen.isEmpty());
    assertThat(events).hasSize(1);
    return events.get(0);
  }

  @Test
  void weSeeToozsMembersComeAndLeaveAndDie() {
    Agent watcher = rig.agent(server.uri(), false);
    MemberId id = new MemberId("theirs", "p1");
    ToozPeer peer = ToozPeer.start(server.uri() + "?timeout=2", "p1", ToozPeer.Option.BEATS);
    try {
      peer.createGroup("theirs");
      peer.join("theirs", new JsonObject().put("version", 7));
      long first = watcher.await(id, sight -> sight.held() != null).held().count();
      peer.updateCapabilities("theirs", "a text");
      peer.leave("theirs");
      watcher.await(id, sight -> sight.gone() != null);
      peer.join("theirs", null);
      Sight again = watcher.await(id, sight -> sight.held() != null);
      assertThat(again.held().count()).isGreaterThan(first);
      peer.kill();
      Sight dead = watcher.await(id, sight -> sight.gone() != null);
      assertThat(dead.gone().cause()).isEqualTo(Cause.SESSION_EXPIRED);
    } finally {
      peer.close();
    }
  }

  @Test
  void aMemberOfOursThatToozsServicesDeletedIsBack() {
    Life life = life("shared", "h1");
    Agent writer = rig.agent(server.uri(), true);
    writer.joined(life);
    writer.write(life);
    try (ToozPeer peer = ToozPeer.start(server.uri() + "?timeout=5", "h1")) {
      // tooz's leave deletes the node of its member id, whoever made it.
      peer.leave("shared");
      assertThat(peer.members("shared")).isEmpty();
      writer.harness().awaitNews(Duration.ofMillis(500));
      writer.write(life);
      writer.write(life);
      assertThat(peer.members("shared")).containsExactly("h1");
    }
  }
}
