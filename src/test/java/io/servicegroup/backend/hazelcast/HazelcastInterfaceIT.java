package io.servicegroup.backend.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Ports;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Members that have addresses of IPv6 find each other there. */
class HazelcastInterfaceIT {

  private static HazelcastInstance start(int port, int other) {
    String uri =
        "hazelcast://[::1]:%d,[::1]:%d/six?interface=::1&port=%d".formatted(port, other, port);
    Duration second = Duration.ofSeconds(1);
    LivenessSettings settings =
        new LivenessSettings(
            "hazelcast",
            "a",
            BackendUri.parse(uri),
            second,
            Duration.ofSeconds(6),
            second,
            Watch.ALL);
    return Hazelcast.newHazelcastInstance(
        HazelcastConfigs.member(BackendUri.parse(uri), settings, config -> {}));
  }

  @Test
  void anInterfaceOfIpv6IsListenedOn() throws UnknownHostException {
    int first = Ports.free();
    int second = Ports.free();
    HazelcastInstance one = start(first, second);
    HazelcastInstance other = start(second, first);
    try {
      assertThat(one.getCluster().getLocalMember().getAddress().getInetAddress().getHostAddress())
          .startsWith("0:0:0:0:0:0:0:1");
      assertThat(other.getCluster().getMembers()).hasSize(2);
    } finally {
      other.getLifecycleService().terminate();
      one.getLifecycleService().terminate();
    }
  }
}
