package io.servicegroup.catalog;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Topics;
import io.servicegroup.bus.UnservedMember;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;

/** An agent that is restarted, and what had joined through it. */
abstract class RestartRejoinsRig extends RegistrationRig {

  static final String ID = "host-1:8080";
  static final long PROCESS = ProcessHandle.current().pid();
  static final long OTHER = PROCESS + 1;
  static final Probe.Timing TIMING =
      new Probe.Timing(Duration.ofMillis(100), Duration.ofMillis(100), 1, 1);
  static final Watch OWN = Watch.OWN;

  final BlockingQueue<List<UnservedMember>> told = new LinkedBlockingQueue<>();

  @BeforeEach
  void nameTheAgent() {
    agentId = Optional.of(ID);
    processes.put(PROCESS, new ProcessIdentity("boot-1/pid:[1]", 50));
    Topics.UNSERVED.consume(vertx, told::add);
  }

  void assertTakenUpAgain(String first, Probe probe) throws Exception {
    end(first);
    deploy("life-2", OWN, true);
    assertThat(next(started).spec().probe()).isEqualTo(probe);
    awaitTold();
    assertThat(started).isEmpty();
  }

  Member joinWith(ServiceSpec spec) throws Exception {
    return await(Topics.JOIN.request(vertx, spec, PATIENCE)).view().member();
  }

  /** What joined in an earlier life of the agent, which has ended. */
  void livedBefore(ServiceSpec... joined) throws Exception {
    String first = deploy("life-1", OWN, true);
    for (ServiceSpec each : joined) {
      joinWith(each);
    }
    end(first);
  }

  /** The same record, as if another process of this machine, which still runs, had written it. */
  void livesOn() {
    ProcessIdentity alive = new ProcessIdentity("boot-1/pid:[1]", 60);
    processes.put(OTHER, alive);
    JsonObject kept = store.kept(ID).get(H1).copy();
    store.keep(ID, H1, kept.put("pid", OTHER).put("process", alive.toString()));
  }

  /** Returns when the store is asked to keep what it joins. */
  Future<?> beginJoin(ServiceSpec spec) {
    Future<?> joined = Topics.JOIN.request(vertx, spec, PATIENCE);
    next(store.keeps());
    return joined;
  }

  void end(String life) {
    await(vertx.undeploy(life));
    started.clear();
  }

  static ServiceSpec self(String host) {
    return with(new Probe.Self(), host);
  }

  static ServiceSpec with(Probe probe, String host) {
    return new ServiceSpec(id(host), host, 1, Map.of(), probe);
  }

  static MemberId id(String host) {
    return new MemberId("compute", host);
  }

  static Member said(Member member, int version, Map<String, Object> metadata) {
    return Members.like(member)
        .version(version)
        .metadata(metadata)
        .disabled(false, null)
        .forcedDown(false)
        .backends(Set.of())
        .lastSeenUp(null)
        .wordsOrder(0)
        .build();
  }

  /** Waits until no member is left to join again. */
  void awaitTold() throws Exception {
    next(told, last -> last.isEmpty() && told.isEmpty());
  }

  UnservedMember awaitUnserved(UnservedMember.State state) throws Exception {
    while (true) {
      for (UnservedMember each : next(told)) {
        if (each.state() == state) {
          return each;
        }
      }
    }
  }
}
