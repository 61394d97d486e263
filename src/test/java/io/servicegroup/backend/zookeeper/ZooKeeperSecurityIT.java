package io.servicegroup.backend.zookeeper;

import static io.servicegroup.backend.zookeeper.ZooKeeperRig.life;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.backend.zookeeper.ZooKeeperRig.Agent;
import io.servicegroup.liveness.Life;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.SelfSigned;
import io.servicegroup.testkit.ToozPeer;
import io.servicegroup.testkit.ZooKeeperServer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Names and passwords, and TLS with certificates on both sides. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ZooKeeperSecurityIT {

  @TempDir private static Path directory;

  private static ZooKeeperServer secure;
  private static ZooKeeperServer open;
  private static int port;
  private final ZooKeeperRig rig = new ZooKeeperRig();

  @BeforeAll
  static void start() {
    SelfSigned own = SelfSigned.named(directory, "server");
    SelfSigned client = SelfSigned.named(directory, "client");
    SelfSigned.named(directory, "other");
    port = Ports.free();
    secure =
        ZooKeeperServer.create(
            "secureClientPort=" + port,
            "secureClientPortAddress=127.0.0.1",
            "serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory",
            "authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider",
            "ssl.keyStore.location=" + own.store(),
            "ssl.keyStore.password=" + SelfSigned.PASSWORD,
            "ssl.trustStore.location=" + client.certificate(),
            "ssl.trustStore.type=PEM");
    open = ZooKeeperServer.create();
  }

  @AfterAll
  static void stop() {
    secure.close();
    open.close();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static String secureUri(String authority, String own) {
    return "zookeeper://127.0.0.1:%d?use_ssl=true&ca=%s&certfile=%s&keyfile=%s"
        .formatted(
            port,
            directory.resolve(authority + ".crt"),
            directory.resolve(own + ".crt"),
            directory.resolve(own + ".key"));
  }

  @Test
  void bothSidesProveWhoTheyAre() {
    Life life = life("tls", "h1");
    String uri = secureUri("server", "client");
    Agent watcher = rig.agent(uri, false);
    Agent writer = rig.agent(uri, true);
    watcher.joined(life);
    writer.joined(life);
    writer.write(life);
    watcher.awaitHeld(life);
  }

  @Test
  void whoProvesNothingIsRefused() {
    assertThatThrownBy(() -> rig.agent(secureUri("other", "client"), true))
        .as("another server than it says")
        .hasMessageContaining("no server answers");
    assertThatThrownBy(() -> rig.agent(secureUri("server", "other"), true))
        .as("another client than the server knows")
        .hasMessageContaining("no server answers");
    assertThatThrownBy(() -> rig.agent(secure.uri(port), true))
        .as("without TLS")
        .hasMessageContaining("no server answers");
  }

  @Test
  void nodesOfAUserAreThatUsersAsWithTooz() throws Exception {
    String uri =
        "zookeeper://nova:s3cret-w0rd@127.0.0.1:%d?namespace=guarded".formatted(open.port());
    String stranger = open.uri() + "?namespace=guarded";
    Life life = life("auth", "h1");
    Agent watcher = rig.agent(uri, false);
    Agent writer = rig.agent(uri, true);
    watcher.joined(life);
    writer.joined(life);
    writer.write(life);
    watcher.awaitHeld(life);
    assertThatThrownBy(() -> rig.client(stranger).getData("/guarded/auth/h1", false, new Stat()))
        .isInstanceOf(KeeperException.NoAuthException.class);
    Agent outside = rig.closedAgent(stranger, false);
    assertThatThrownBy(() -> outside.harness().open())
        .hasMessageContaining("NoAuth")
        .message()
        .doesNotContain("s3cret");
  }

  @Test
  void toozWithTheSameUserReadsOurs() {
    String uri = "zookeeper://nova:s3cret-w0rd@127.0.0.1:%d".formatted(open.port());
    Life life = life("both", "h1");
    Agent writer = rig.agent(uri, true);
    Agent watcher = rig.agent(uri, false);
    writer.joined(life);
    writer.write(life);
    try (ToozPeer peer = ToozPeer.start(uri + "?timeout=5", "p1")) {
      assertThat(peer.members("both")).containsExactly("h1");
      peer.join("both", null);
      watcher.await(new MemberId("both", "p1"), sight -> sight.held() != null);
    }
  }
}
