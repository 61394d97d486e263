package io.servicegroup.backend.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.BackendUri;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ZooKeeperNamesTest {

  private static String silence(String uri) {
    return new ZooKeeperOptions(BackendUri.parse(uri), Duration.ofSeconds(5)).silence();
  }

  @Test
  void aHostThatNobodyKnowsIsNamed() {
    assertThat(silence("zookeeper://nowhere_zk.invalid:1"))
        .contains("nowhere_zk.invalid can be resolved");
    assertThat(silence("zookeeper://127.0.0.1:1,nowhere_zk.invalid:1")).contains("does not answer");
    assertThat(silence("zookeeper://[::1]:1")).contains("does not answer");
  }
}
