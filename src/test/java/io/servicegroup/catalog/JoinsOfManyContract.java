package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.GROUP;
import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.catalog.Services.update;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.ServiceCatalog.Joined;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that each of many members that join at once joins as if it were alone. */
public interface JoinsOfManyContract {

  /** Opens a catalogue on the store of the test, as one agent would. */
  ServiceCatalog open() throws Exception;

  @Test
  default void eachOfABatchIsJoinedAsIfItJoinedAlone() throws Exception {
    ServiceCatalog catalog = open();
    Member known = await(catalog.join(spec("known", 1), "agent-1", Set.of("redis"))).member();
    await(catalog.update(update("known", true, "broken disk", true)));
    Member gone = await(catalog.join(spec("gone", 1), "agent-1", Set.of())).member();
    await(catalog.delete(id("gone")));
    await(catalog.join(spec("renamed", 1), "agent-1", Set.of()));

    List<Future<Joined>> joins =
        catalog.join(
            List.of(
                spec("new", 3),
                spec("known", 2),
                spec("gone", 1),
                spec(GROUP, "renamed", "compute-ng", 1)),
            "agent-2",
            Set.of("zookeeper"),
            0);

    Joined fresh = await(joins.get(0));
    assertThat(fresh.created()).isTrue();
    assertThat(fresh.member().uuid()).hasSize(36);
    assertThat(fresh.member().version()).isEqualTo(3);
    Joined again = await(joins.get(1));
    assertThat(again.created()).isFalse();
    assertThat(again.member().incarnation().isNewerThan(known.incarnation())).isTrue();
    assertThat(again.member().uuid()).isEqualTo(known.uuid());
    assertThat(again.member().version()).isEqualTo(2);
    assertThat(again.member().disabledReason()).isEqualTo("broken disk");
    assertThat(again.member().forcedDown()).isTrue();
    assertThat(again.member().agent()).isEqualTo("agent-2");
    assertThat(again.member().backends()).containsExactly("zookeeper");
    Joined anew = await(joins.get(2));
    assertThat(anew.created()).isTrue();
    assertThat(anew.member().incarnation().isNewerThan(gone.incarnation())).isTrue();
    assertThat(anew.member().wordsOrder()).as("a word against its removal").isPositive();
    assertThat(await(joins.get(3)).member().binary()).isEqualTo("compute-ng");
    assertThat(await(catalog.list(MemberFilter.ALL)))
        .containsExactlyInAnyOrder(
            fresh.member(), again.member(), anew.member(), await(joins.get(3)).member());
  }

  @Test
  default void oneThatIsRefusedTakesNobodyElseAlong() throws Exception {
    ServiceCatalog catalog = open();
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    await(catalog.join(spec("h2", 1), "agent-1", Set.of()));
    await(catalog.join(spec("other", "h2", "taken", 1), "agent-1", Set.of()));

    List<Future<Joined>> joins =
        catalog.join(
            List.of(
                spec("h3", 1),
                spec("other", "h1", "nova-compute", 1),
                spec(GROUP, "h2", "taken", 1),
                spec("h4", 1)),
            "agent-1",
            Set.of(),
            0);

    assertRefused(409, () -> await(joins.get(1)))
        .hasMessageContaining("h1")
        .hasMessageContaining("nova-compute")
        .hasMessageContaining("group " + GROUP);
    assertRefused(409, () -> await(joins.get(2))).hasMessageContaining("group other");
    assertThat(await(joins.get(0)).created()).isTrue();
    assertThat(await(joins.get(3)).created()).isTrue();
    assertThat(await(catalog.find(id("h2"))).binary()).isEqualTo("nova-compute");
    assertThat(await(catalog.list(MemberFilter.ALL))).hasSize(5);
  }

  @Test
  default void ofTwoGroupsThatWantOneBinaryInABatchOneGetsIt() throws Exception {
    ServiceCatalog catalog = open();

    List<Future<Joined>> joins =
        catalog.join(
            List.of(spec("a", "h1", "worker", 1), spec("b", "h1", "worker", 1), spec("h2", 1)),
            "agent-1",
            Set.of(),
            0);

    await(Future.join(joins).otherwiseEmpty());
    assertThat(joins.subList(0, 2).stream().filter(Future::succeeded)).hasSize(1);
    assertThat(await(joins.get(2)).created()).isTrue();
    assertThat(await(catalog.list(MemberFilter.ALL))).hasSize(2);
  }

  @Test
  default void oneThatIsNamedTwiceIsJoinedTwice() throws Exception {
    ServiceCatalog catalog = open();

    List<Future<Joined>> joins =
        catalog.join(List.of(spec("h1", 1), spec("h2", 1), spec("h1", 2)), "agent-1", Set.of(), 0);

    List<Joined> joined = await(Future.all(joins).map(all -> all.<Joined>list()));
    Joined first = joined.get(0);
    Joined second = joined.get(2);
    assertThat(List.of(first.created(), second.created())).containsExactlyInAnyOrder(true, false);
    assertThat(second.member().uuid()).isEqualTo(first.member().uuid());
    assertThat(second.member().incarnation()).isNotEqualTo(first.member().incarnation());
    assertThat(await(catalog.list(MemberFilter.ALL))).hasSize(2);
  }

  @Test
  default void allOfABatchAreNewerThanItsFloor() throws Exception {
    ServiceCatalog catalog = open();
    Member known = await(catalog.join(spec("h0", 1), "agent-1", Set.of())).member();

    for (long further : new long[] {50, 500_000}) {
      long floor = known.incarnation().generation() + further;
      List<Future<Joined>> joins =
          catalog.join(List.of(spec("h0", 1), spec("h1", 1)), "agent-1", Set.of(), floor);
      for (Future<Joined> join : joins) {
        assertThat(await(join).member().incarnation().generation()).isGreaterThan(floor);
      }
      Member later = await(open().join(spec("h0", 1), "agent-2", Set.of())).member();
      Member before = await(joins.get(0)).member();
      assertThat(later.incarnation().isNewerThan(before.incarnation())).isTrue();
    }
  }

  /**
   * Joins as several agents do that have the same services and are restarted one after the other.
   */
  @Test
  default void simultaneousBatchesOfTheSameMembersMakeOneMemberEach() throws Exception {
    List<ServiceSpec> specs = IntStream.range(0, 30).mapToObj(i -> spec("h" + i, 1)).toList();
    List<ServiceSpec> backwards = new ArrayList<>(specs);
    Collections.reverse(backwards);
    List<Future<Joined>> joins = new ArrayList<>();
    for (int agent = 0; agent < 6; agent++) {
      List<ServiceSpec> some = agent % 2 == 0 ? specs : backwards;
      ServiceCatalog catalog = open();
      joins.addAll(catalog.join(some, "agent-" + agent, Set.of(), 0));
    }

    await(Future.join(joins).otherwiseEmpty());

    assertThat(joins)
        .allMatch(join -> join.succeeded() || join.cause() instanceof MemberLockedException);
    List<Member> stored = await(open().list(MemberFilter.ALL));
    assertThat(stored).hasSize(30);
    for (Member member : stored) {
      List<Joined> of =
          joins.stream()
              .filter(Future::succeeded)
              .map(Future::result)
              .filter(joined -> joined.member().id().equals(member.id()))
              .toList();
      assertThat(of.stream().filter(Joined::created)).hasSize(1);
      assertThat(of)
          .allMatch(joined -> !joined.member().incarnation().isNewerThan(member.incarnation()));
      assertThat(of).anyMatch(joined -> joined.member().equals(member));
    }
  }
}
