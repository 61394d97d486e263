package io.servicegroup.backend.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.HazelcastInstance;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.Journal;
import io.servicegroup.testkit.Wakeups;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a client costs while nothing is to be done, at the default intervals. */
class HazelcastIdleIT {

  private static final Duration TIME = Duration.ofSeconds(4);

  @Test
  void aClientThatHasNothingToDoSleeps() throws Exception {
    try (HazelcastServer server = HazelcastServer.create()) {
      BackendUri uri = BackendUri.parse(server.uri());
      LivenessSettings settings =
          new LivenessSettings(
              "hazelcast",
              "a",
              uri,
              Duration.ofSeconds(5),
              Duration.ofSeconds(15),
              Duration.ofSeconds(1),
              Watch.OWN);
      HazelcastInstance client =
          HazelcastStarter.client(uri, HazelcastConfigs.client(uri, settings)).start();
      try {
        client.getMap(HazelcastConfigs.BEATS).size();
        String threads = client.getName();
        long before = Wakeups.of(threads);
        new Journal<>().during(TIME);
        assertThat((Wakeups.of(threads) - before) / (double) TIME.toSeconds())
            .as("times a second that a thread of its own woke")
            .isLessThan(12);
      } finally {
        client.shutdown();
      }
    }
  }
}
