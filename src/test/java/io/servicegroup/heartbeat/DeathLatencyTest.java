package io.servicegroup.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.testkit.ListeningService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From SIGKILL of a real process to the message that says failed. All intervals are a minute, so
 * only news can be in time. The best of some deaths is judged, since other work on the machine only
 * ever adds; all are logged.
 */
class DeathLatencyTest {

  private static final Logger LOG = LoggerFactory.getLogger(DeathLatencyTest.class);
  private static final int DEATHS = 8;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Probe.Timing SLOW = new Probe.Timing(MINUTE, Duration.ofSeconds(5), 1, 2);

  private final HeartbeatRig rig = new HeartbeatRig();

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  @Test
  void pid() throws Exception {
    Probe.Timing once = new Probe.Timing(MINUTE, Duration.ofSeconds(5), 1, 1);
    assertThat(best("pid", service -> new Probe.Pid(service.pid(), null, once)))
        .isLessThanOrEqualTo(120);
  }

  @Test
  void tcpHold() throws Exception {
    assertThat(best("tcp hold", service -> new Probe.Tcp("127.0.0.1", service.port(), true, SLOW)))
        .isLessThanOrEqualTo(50);
  }

  private long best(String name, Function<ListeningService, Probe> probe) throws Exception {
    rig.deploy(MINUTE, true);
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < DEATHS; i++) {
      MemberId id = new MemberId("compute", "h" + i);
      try (ListeningService service = new ListeningService()) {
        rig.start(id, Incarnation.parse("1-a"), probe.apply(service));
        rig.await(members -> members.stream().anyMatch(m -> m.id().equals(id)));
        long killed = System.nanoTime();
        service.kill();
        rig.await(
            members ->
                members.stream().anyMatch(m -> m.id().equals(id) && m.state() == State.FAILED));
        millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed));
      }
    }
    Collections.sort(millis);
    LOG.info("{}: SIGKILL to the message: {} ms", name, millis);
    return millis.get(0);
  }
}
