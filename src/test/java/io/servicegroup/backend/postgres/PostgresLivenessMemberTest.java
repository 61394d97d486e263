package io.servicegroup.backend.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What the count of a row tells about who else writes it, and about what was lost. */
class PostgresLivenessMemberTest {

  private static final Object SESSION = "session";

  private final PostgresLivenessMember member =
      new PostgresLivenessMember(new MemberId("g", "h"), new Incarnation(1, "a"), 7);

  private boolean beat(long count) {
    return beat(member, count, SESSION);
  }

  private static boolean beat(PostgresLivenessMember member, long count, Object session) {
    member.sending();
    return member.acknowledged(count, session, 1);
  }

  @Property
  boolean ourOwnBeatsAreNeverForeign(@ForAll @Size(max = 200) List<Answer> answers) {
    PostgresLivenessMember mine =
        new PostgresLivenessMember(new MemberId("g", "h"), new Incarnation(1, "a"), 7);
    long count = 0;
    int inARow = 0;
    for (Answer answer : answers) {
      // More failures in a row than are remembered would be an outage, with a new session.
      if (answer == Answer.ACKNOWLEDGED || inARow == 20) {
        count++;
        inARow = 0;
        beat(mine, count, SESSION);
      } else {
        inARow++;
        mine.sending();
        count += answer == Answer.LOST_ANSWER ? 1 : 0;
      }
    }
    return !mine.hasForeignBeats();
  }

  enum Answer {
    ACKNOWLEDGED,
    LOST_ANSWER,
    LOST_BEAT
  }

  @Test
  void aBeatIsAsOldAsItsSendingHoweverLateItIsAcknowledged() {
    long sent = System.nanoTime() - TimeUnit.SECONDS.toNanos(2);
    member.round(3, sent);
    assertThat(member.round()).isEqualTo(3);
    assertThat(member.sentAfter(sent - 1)).isTrue();
    assertThat(member.sentAfter(sent + 1)).isFalse();
  }

  @Test
  void somebodyElsesBeatsAreForeignAtTheThirdSight() {
    beat(1);
    beat(3);
    beat(5);
    assertThat(member.hasForeignBeats()).isFalse();
    beat(7);
    assertThat(member.hasForeignBeats()).isTrue();
  }

  @Test
  void aSlowerWriterThatHoldsAnOldCountIsForeignToo() {
    // Nova writes the count that it holds, plus one, after every second beat of ours.
    long row = 100;
    for (int nova = 101; nova < 104; nova++) {
      beat(++row);
      beat(++row);
      row = nova;
      beat(++row);
    }
    beat(++row);
    assertThat(member.hasForeignBeats()).isTrue();
  }

  @Test
  void accidentsFarApartAreForgotten() {
    long count = 0;
    for (int i = 0; i < 5; i++) {
      beat(count += 2);
      for (int calm = 0; calm < 40; calm++) {
        beat(++count);
      }
    }
    assertThat(member.hasForeignBeats()).isFalse();
  }

  @Test
  void aServerThatLostBeatsInACrashIsNobodyElse() {
    long count = 10;
    for (int crash = 0; crash < 10; crash++) {
      beat(member, count, "session " + crash);
      assertThat(beat(member, count + 1, "session " + crash)).isFalse();
    }
    assertThat(member.hasForeignBeats()).isFalse();
  }

  @Test
  void aCountThatFellIsLost() {
    assertThat(beat(10)).isFalse();
    assertThat(beat(9)).isTrue();
  }

  @Test
  void aPollThatBeganBeforeABeatNeedNotSeeIt() {
    member.sending();
    member.acknowledged(5, SESSION, 1);
    member.sending();
    member.acknowledged(6, SESSION, 2);
    assertThat(member.lost(5, 2)).as("the poll began before 6 was written").isFalse();
    assertThat(member.lost(4, 2)).as("5 was there when it began").isTrue();
    assertThat(member.lost(4, 3)).as("told once").isFalse();
  }
}
