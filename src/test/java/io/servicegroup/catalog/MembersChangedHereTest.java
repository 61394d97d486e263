package io.servicegroup.catalog;

import static io.servicegroup.catalog.Services.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.MemberId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests which of the members that were changed through this agent a read checks. */
class MembersChangedHereTest {

  private static final int AT_A_READ = 8;

  private final MembersChangedHere changedHere = new MembersChangedHere();

  private List<MemberId> say(String name, int members) {
    List<MemberId> ids = IntStream.range(0, members).mapToObj(i -> id(name + i)).toList();
    ids.forEach(changedHere::add);
    return ids;
  }

  private Set<MemberId> read() {
    changedHere.beginRead();
    Set<MemberId> checked = changedHere.toCheck(id -> true);
    changedHere.endRead();
    return checked;
  }

  private Set<MemberId> reads(int reads) {
    Set<MemberId> checked = new HashSet<>();
    IntStream.range(0, reads).forEach(i -> checked.addAll(read()));
    return checked;
  }

  @Test
  void everybodyInTurnAndTheLastOnesAtEachRead() {
    List<MemberId> ids = say("h", 100);

    assertThat(read()).hasSize(2 * AT_A_READ).containsAll(ids.subList(92, 100));
    assertThat(reads(14)).containsAll(ids);
  }

  @Test
  void whoIsRememberedNoLongerKeepsNobodyWaiting() {
    List<MemberId> before = say("before", 2_000);
    read();
    before.forEach(changedHere::remove);
    List<MemberId> after = say("after", 100);

    assertThat(reads(14)).containsExactlyInAnyOrderElementsOf(after);
  }

  @Test
  void soManyAreRememberedAndNotOneMoreHoweverManyComeAndGo() {
    List<MemberId> ids = say("h", 25_000);
    assertThat(ids.stream().filter(changedHere::has)).hasSize(10_000);

    assertThat(ids.subList(15_000, 25_000)).allMatch(changedHere::has);
    assertThat(reads(10_000 / AT_A_READ + 1)).hasSize(10_000);
  }

  @Test
  void allOfThemWhereSomethingIsLost() {
    List<MemberId> ids = say("h", 100);
    changedHere.checkAllNextTime();

    assertThat(read()).containsExactlyElementsOf(ids);
    assertThat(read()).hasSize(2 * AT_A_READ);
  }
}
