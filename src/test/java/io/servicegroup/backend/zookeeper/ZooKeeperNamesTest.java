package io.servicegroup.backend.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.BackendUri;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ZooKeeperNamesTest {

  private static String silence(String uri) {
    Duration bound = Duration.ofSeconds(5);
    return new ZooKeeperOptions(BackendUri.parse(uri), bound).why(new TimeoutException(), bound);
  }

  @Test
  void aHostThatNobodyKnowsIsNamed() {
    assertThat(silence("zookeeper://nowhere_zk.invalid:1"))
        .isEqualTo("the host name nowhere_zk.invalid cannot be resolved");
    assertThat(silence("zookeeper://127.0.0.1:1,nowhere_zk.invalid:1"))
        .isEqualTo("no server answers within 5000 ms");
    assertThat(silence("zookeeper://[::1]:1")).isEqualTo("no server answers within 5000 ms");
  }
}
