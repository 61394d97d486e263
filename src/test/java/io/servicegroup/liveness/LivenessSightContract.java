package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who is seen by whom: what is watched, how many, under which names. */
public abstract class LivenessSightContract extends LivenessOutageContract {

  /** Whether it is of this test's group. */
  final boolean isOurs(Beat beat) {
    return beat.id().group().equals(group);
  }

  @Test
  void eachSeesWhatItWatches() {
    MemberId ours = new MemberId(group, "h1");
    MemberId theirs = new MemberId(group + "-2", "h1");
    LivenessHarness other = agent("other", uri(), INTERVAL, true).open();
    LivenessHarness ofGroup = agent("group", uri(), INTERVAL, false, theirs.group()).open();
    Life our = join(List.of(ours), writer, watcher).get(0);
    Life their = join(List.of(theirs), other, watcher, ofGroup).get(0);
    writer.write(our.alive());
    other.write(their.alive());

    seeAlive(watcher, our);
    seeAlive(writer, our);
    seeAlive(ofGroup, their);
    writer.write(our.alive());
    other.write(their.alive());
    seeAlive(watcher, their);
    assertThat(Sight.of(theirs, writer.poll()).isNothing()).isTrue();
    assertThat(Sight.of(ours, other.poll()).isNothing()).isTrue();
    assertThat(Sight.of(ours, ofGroup.poll()).isNothing()).isTrue();
  }

  @Test
  void aThousandMembersAreWrittenAndSeen() {
    Duration patient = INTERVAL.multipliedBy(5);
    LivenessHarness many = agent("many", uri(), patient, true).open();
    LivenessHarness all = agent("all", uri(), patient, false, group).open();
    List<Life> lives =
        join(IntStream.range(0, 1000).mapToObj(i -> id("h" + i)).toList(), many, all);
    for (int round = 0; round < 2; round++) {
      assertThat(eventually(() -> many.write(alive(lives), List.of()))).isEmpty();
      awaitAll(all, lives);
    }
    assertThat(many.write(List.of(), lives.stream().map(Life::last).toList())).isEmpty();
  }

  /** Beats may come in several polls, what is held must be so in one. */
  private void awaitAll(LivenessHarness agent, List<Life> lives) {
    Life last = lives.get(lives.size() - 1);
    seeAlive(agent, last);
    Observation seen = agent.poll();
    if (has(Capability.HOLDS_PRESENCE)) {
      assertThat(seen.held()).filteredOn(this::isOurs).hasSameSizeAs(lives);
    }
    assertThat(seen.gone()).isEmpty();
  }

  @Test
  void namesAreToldApart() {
    List<MemberId> ids = new ArrayList<>();
    Stream.of("a b", " a", "ünï-çø∂é 🚀", "x".repeat(255), "é".repeat(255), "100%", "%2F", "%")
        .map(this::id)
        .forEach(ids::add);
    Stream.of("A", "a", "a:b", "it's", "\"q\"", "back\\slash", "*", "__x__", "leader")
        .map(this::id)
        .forEach(ids::add);
    ids.add(new MemberId(group + ":b", "c"));
    ids.add(id("b:c"));
    if (has(Capability.ANY_NAME)) {
      Stream.of("a/b", "/").map(this::id).forEach(ids::add);
      ids.add(new MemberId(group + "/a", "b"));
    }
    ids.removeIf(id -> !isPossible(id));
    List<Life> lives = join(ids, writer, watcher);
    eventually(() -> writer.write(alive(lives), List.of()));
    Observation seen = eventuallyAllOf(lives);
    lives.forEach(life -> assertThat(Sight.of(life.id(), seen).isAlive(life)).isTrue());

    Life left = lives.get(lives.size() - 1);
    List<Life> rest = lives.subList(0, lives.size() - 1);
    writer.write(alive(rest), List.of(left.last()));
    seeGone(watcher, left, Absence.Cause.LEFT);
    writer.write(alive(rest), List.of());
    Observation without = eventuallyAllOf(rest);
    rest.forEach(life -> assertThat(Sight.of(life.id(), without).isAlive(life)).isTrue());
  }

  /** One poll has to say it all, once what is held has arrived. */
  private Observation eventuallyAllOf(List<Life> lives) {
    return eventually(
        () -> {
          Observation seen = watcher.poll();
          boolean all = lives.stream().allMatch(life -> Sight.of(life.id(), seen).isAlive(life));
          if (!all && has(Capability.HOLDS_PRESENCE)) {
            throw new IllegalStateException("not all yet");
          }
          return seen;
        });
  }
}
