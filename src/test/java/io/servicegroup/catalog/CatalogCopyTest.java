package io.servicegroup.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.CatalogCopy.Outcome;
import io.servicegroup.catalog.CatalogCopy.Progress;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies between two stores in memory, which answer at once. */
class CatalogCopyTest {

  private static final int MEMBERS = 100;

  private final Vertx vertx = Vertx.vertx();
  private final MemoryCatalog.Store source = new MemoryCatalog.Store();
  private final MemoryCatalog.Store target = new MemoryCatalog.Store();
  private final List<Progress> progress = new ArrayList<>();

  @BeforeEach
  void fill() {
    for (int i = 0; i < MEMBERS; i++) {
      source.put(member(i, 7));
    }
  }

  @AfterEach
  void close() {
    vertx.close();
  }

  private static MemberId id(int i) {
    return new MemberId("compute", "host-" + i);
  }

  /** Creates a member; with generation 0 one that no agent joined. */
  private static Member member(int i, int generation) {
    return Members.of(id(i))
        .uuid("uuid-" + i)
        .version(i)
        .metadata(Map.of("rack", i))
        .disabled(i % 3 == 0, i % 3 == 0 ? "disk" : null)
        .forcedDown(i % 5 == 0)
        .incarnation(generation == 0 ? null : new Incarnation(generation, "x" + i))
        .agent(generation == 0 ? null : "agent")
        .backends(generation == 0 ? Set.of() : Set.of("redis"))
        .build();
  }

  private Future<Outcome> copy(Consumer<Progress> told) {
    return new CatalogCopy(
            new MemoryCatalog(vertx, source, false), new MemoryCatalog(vertx, target, false), told)
        .run();
  }

  private Outcome copy() {
    return copy(progress::add).result();
  }

  private void assertCopied() {
    for (int i = 0; i < MEMBERS; i++) {
      assertThat(target.get(id(i))).isEqualTo(source.get(id(i)));
    }
  }

  @Test
  void copiesEveryMemberAsItIsAndTellsHowFarItIs() {
    Outcome outcome = copy();

    assertThat(outcome)
        .isEqualTo(new Outcome(MEMBERS, MEMBERS, List.of(), List.of(), List.of(), List.of()));
    assertCopied();
    assertThat(progress.get(0)).isEqualTo(new Progress(0, MEMBERS, 0));
    assertThat(progress.get(progress.size() - 1))
        .isEqualTo(new Progress(MEMBERS, MEMBERS, MEMBERS));
    assertThat(progress).hasSizeGreaterThan(3);
  }

  @Test
  void writesNothingTheSecondTime() {
    copy();

    assertThat(copy().written()).isZero();
  }

  @Test
  void thatWasInterruptedGoesOnWhereItWas() {
    Future<Outcome> interrupted =
        copy(
            told -> {
              if (told.done() > MEMBERS / 2) {
                target.setAway(true);
              }
            });
    assertThat(interrupted.failed()).isTrue();
    target.setAway(false);

    Outcome outcome = copy();

    assertThat(progress.get(0).done()).isGreaterThan(MEMBERS / 2);
    assertThat(outcome.written()).isEqualTo(MEMBERS - progress.get(0).done()).isPositive();
    assertThat(outcome.different()).isEmpty();
    assertCopied();
  }

  @Test
  void aMemberThatTheTargetRefusesIsNamedAndTheOthersAreCopied() {
    Member clash = member(0, 0);
    target.put(Members.of("other", "host-0").binary(clash.binary()).version(0).build());

    Outcome outcome = copy();

    assertThat(outcome.different()).containsExactly(id(0));
    assertThat(outcome.refused()).singleElement().asString().contains("other");
    assertThat(outcome.written()).isEqualTo(MEMBERS - 1);
    assertThat(outcome.others()).containsExactly(new MemberId("other", "host-0"));
  }

  @Test
  void whatChangesInTheSourceMeanwhileIsCopiedAgain() {
    Outcome outcome =
        copy(told -> {
              if (told.written() == 64) {
                source.put(member(0, 8));
                source.put(member(MEMBERS, 9));
              }
            })
            .result();

    assertThat(outcome.different()).isEmpty();
    assertThat(outcome.members()).isEqualTo(MEMBERS + 1);
    assertThat(target.get(id(0))).isEqualTo(member(0, 8));
    assertThat(target.get(id(MEMBERS))).isEqualTo(member(MEMBERS, 9));
  }

  @Test
  void whatChangesAllTheTimeIsNotWaitedFor() {
    int[] generation = {8};
    Outcome outcome = copy(told -> source.put(member(0, generation[0]++))).result();

    assertThat(outcome.different()).containsExactly(id(0));
    assertThat(outcome.refused()).isEmpty();
  }

  @Test
  void whatJoinedInTheTargetSinceIsLeftAsItIs() {
    source.put(member(1, 0));
    copy();
    target.put(member(0, 8));
    target.put(member(1, 9));

    Outcome outcome = copy();

    assertThat(outcome.joined()).containsExactly(id(0), id(1));
    assertThat(outcome.different()).isEmpty();
    assertThat(outcome.written()).isZero();
    assertThat(target.get(id(0))).isEqualTo(member(0, 8));
  }

  @Test
  void whatOnlyTheTargetHasStaysAndIsNamed() {
    target.put(member(MEMBERS, 3));

    Outcome outcome = copy();

    assertThat(outcome.others()).containsExactly(id(MEMBERS));
    assertThat(outcome.different()).isEmpty();
    assertThat(target.get(id(MEMBERS))).isEqualTo(member(MEMBERS, 3));
  }

  @Test
  void neverWritesTheSource() {
    copy();

    for (int i = 0; i < MEMBERS; i++) {
      assertThat(source.get(id(i))).isEqualTo(member(i, 7));
    }
  }
}
