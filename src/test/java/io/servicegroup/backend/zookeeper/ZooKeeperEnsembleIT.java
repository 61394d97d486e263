package io.servicegroup.backend.zookeeper;

import static io.servicegroup.backend.zookeeper.ZooKeeperRig.life;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.zookeeper.ZooKeeperRig.Agent;
import io.servicegroup.liveness.Life;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.testkit.ZooKeeperEnsemble;
import io.servicegroup.testkit.ZooKeeperServer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three servers of which one, or most, die. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ZooKeeperEnsembleIT {

  @Test
  void aLeaderThatDiesTakesNobodyAlongAndNeitherDoesAnEnsembleThatIsRestarted() {
    try (ZooKeeperEnsemble ensemble = ZooKeeperEnsemble.create();
        ZooKeeperRig rig = new ZooKeeperRig()) {
      Life life = life("elected", "h1");
      Agent watcher = rig.agent(ensemble.uri(), false);
      Agent writer = rig.agent(ensemble.uri(), true);
      watcher.joined(life);
      writer.joined(life);
      writer.write(life);
      long count = watcher.awaitHeld(life).held().count();

      ZooKeeperServer leader = ensemble.leader();
      leader.kill();
      assertThat(watcher.awaitHeld(life).held().count()).isEqualTo(count);
      assertThat(watcher.poll().dataLost()).isFalse();
      assertThat(writer.awaitHeld(life).held().count()).isEqualTo(count);

      ensemble.servers().stream().filter(server -> server != leader).forEach(ZooKeeperServer::kill);
      ensemble.restart();
      watcher.awaitHeld(life);
      assertThat(watcher.poll().dataLost()).isFalse();
      writer.write(life);
      writer.harness().write(life.failed());
      watcher.awaitGone(life, Cause.PROBE_FAILED);
    }
  }
}
