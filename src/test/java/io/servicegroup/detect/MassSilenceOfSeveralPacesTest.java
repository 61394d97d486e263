package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.memberOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Mass silence where groups have timeouts of their own, where it ends, and where it is none. */
class MassSilenceOfSeveralPacesTest {

  private final Evaluation pg = new Evaluation(Evaluation.groups(Map.of("slow", 60_000L)), "pg");
  private final List<String> hosts = new ArrayList<>();
  private final Map<String, Long> counts = new HashMap<>();

  private void join(String agent, String host) {
    hosts.add(host);
    pg.join(memberOf(agent, host, 1, false, "pg"));
  }

  /** Polls second by second; each who is alive beats every 5 s, spread over them. */
  private List<String> run(long from, long to, Predicate<String> alive) {
    List<String> told = new ArrayList<>();
    for (long second = from; second <= to; second++) {
      Evaluation.Look look = pg.look("pg", second * 1_000);
      for (int i = 0; i < hosts.size(); i++) {
        if ((second + i) % 5 == 0 && alive.test(hosts.get(i))) {
          look.beat(hosts.get(i), 1, counts.merge(hosts.get(i), 1L, Long::sum));
        }
      }
      told.addAll(look.told());
    }
    return told;
  }

  private static Predicate<String> all() {
    return host -> true;
  }

  private static Predicate<String> nobody() {
    return host -> false;
  }

  private boolean isHeld() {
    return pg.evaluator.massSilence("pg").isPresent();
  }

  @Test
  void isHeldWhereEachAgentHasASlowMemberToo() {
    pg.look("pg", 0).told();
    for (int i = 0; i < 20; i++) {
      join("agent-" + i, "m" + i);
      join("agent-" + i, "slow/s" + i);
    }
    run(1, 30, all());
    assertThat(run(31, 54, nobody())).isEmpty();
    assertThat(isHeld()).isTrue();
    assertThat(run(55, 65, nobody())).hasSize(20);
    assertThat(run(66, 98, nobody())).isEmpty();
    assertThat(run(99, 120, nobody())).hasSize(20);
  }

  @Test
  void isHeldWhereTheFastOnesAreFewerThanTheSlow() {
    pg.look("pg", 0).told();
    for (int i = 0; i < 25; i++) {
      join("agent-" + i, i < 10 ? "m" + i : "slow/s" + i);
    }
    run(1, 30, all());
    assertThat(run(31, 54, nobody())).isEmpty();
    assertThat(pg.evaluator.massSilence("pg"))
        .hasValueSatisfying(
            silence -> {
              assertThat(silence.silent()).isEqualTo(10);
              assertThat(silence.writers()).isEqualTo(10);
            });
    assertThat(run(55, 65, nobody())).hasSize(10);
    assertThat(isHeld()).isFalse();
  }

  @Test
  void isNoneWhereNobodysTimeIsOver() {
    pg.look("pg", 0).told();
    for (int i = 0; i < 20; i++) {
      join("agent-" + i, "m" + i);
    }
    pg.join(memberOf("twice", "t1", 1, false, "pg"));
    pg.join(memberOf("twice", "t2", 1, false, "pg"));
    pg.look("pg", 500).held("t1", 1, 1).held("t2", 1, 1).told();
    run(1, 30, all());
    run(31, 39, nobody());
    assertThat(pg.look("pg", 39_500).gone("t1", 1, 1, Cause.SESSION_EXPIRED).told())
        .containsExactly("t1 DOWN session_expired");
    assertThat(isHeld()).isFalse();
    assertThat(run(40, 44, all())).isEmpty();
    assertThat(run(45, 63, host -> !host.equals("m3")))
        .containsExactly("m3 DOWN heartbeat_timeout");
  }

  @Test
  void ofThoseWhoDiedIsHeldOnceAndASecondWaveDoesNotProlongTheFirst() {
    pg.look("pg", 0).told();
    for (int i = 0; i < 20; i++) {
      join("agent-" + i, "m" + i);
    }
    run(1, 30, all());
    Predicate<String> firstGone = host -> hosts.indexOf(host) >= 12;
    Predicate<String> secondGone = host -> hosts.indexOf(host) >= 18;
    run(31, 40, firstGone);
    assertThat(run(41, 55, secondGone)).isEmpty();
    assertThat(run(56, 62, secondGone))
        .hasSize(12)
        .allMatch(told -> Integer.parseInt(told.substring(1, told.indexOf(' '))) < 12);
    run(63, 80, secondGone);
    assertThat(pg.changes.stream().filter(change -> change.status().name().equals("DOWN")))
        .hasSize(18);
    assertThat(isHeld()).isFalse();
  }

  @Test
  void endsWithTheShareAndNotForThoseWhoAreAboutToReturn() {
    pg.look("pg", 0).told();
    for (int i = 0; i < 20; i++) {
      join("agent-" + i, "m" + i);
    }
    run(1, 30, all());
    Predicate<String> elevenGone = host -> hosts.indexOf(host) >= 11;
    assertThat(run(31, 45, elevenGone)).isEmpty();
    assertThat(isHeld()).isTrue();
    Predicate<String> oneGone = host -> hosts.indexOf(host) >= 1;
    assertThat(run(46, 54, oneGone)).containsExactly("m0 DOWN heartbeat_timeout");
    assertThat(isHeld()).isFalse();
  }

  @Test
  void isNoneOfWritersWhoSayThatTheyCannotBeat() {
    pg.look("pg", 0).told();
    for (int i = 0; i < 20; i++) {
      join("agent-" + i, "m" + i);
    }
    run(1, 30, all());
    for (long second = 31; second <= 60; second++) {
      Evaluation.Look look = pg.look("pg", second * 1_000);
      for (int i = 1; i < 20; i++) {
        look.unwitnessed("m" + i);
      }
      look.told();
    }
    assertThat(Evaluation.told(pg.changes)).last().isEqualTo("m0 DOWN heartbeat_timeout");
    assertThat(isHeld()).isFalse();
  }

  @Test
  void isHeldByAnEvaluatorThatStartsInIt() {
    for (int i = 0; i < 20; i++) {
      hosts.add("m" + i);
      pg.know(memberOf("agent-" + i, "m" + i, 1, false, "pg"));
    }
    Evaluation.Look listing = pg.look("pg", 0);
    hosts.forEach(host -> listing.beat(host, 1, counts.merge(host, 100L, Long::sum)));
    listing.told();
    Predicate<String> alive = host -> hosts.indexOf(host) >= 12;
    assertThat(run(1, 29, alive)).hasSize(8).allMatch(told -> told.endsWith("UP initial"));
    assertThat(isHeld()).isTrue();
    assertThat(run(30, 31, alive)).hasSize(12).allMatch(told -> told.endsWith("DOWN initial"));
    assertThat(isHeld()).isFalse();
  }

  @Test
  void isNoneOfMembersThatNobodySawForAnHourBeforeTheStart() {
    for (int i = 0; i < 20; i++) {
      Member member = memberOf("agent-" + i, "m" + i, 1, false, "pg");
      pg.know(member.withLastSeenUp(pg.now.minus(Duration.ofHours(2))));
    }
    pg.look("pg", 0).told();
    assertThat(pg.look("pg", 15_000).told()).hasSize(20);
    assertThat(isHeld()).isFalse();
  }
}
