package io.servicegroup.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.config.BackendUri.Host;
import io.vertx.core.VertxException;
import org.junit.jupiter.api.Test;

class RedisElectionTest {

  private static final Host OLD = new Host("10.0.0.1", 6379);
  private static final Host NEW = new Host("10.0.0.2", 6379);

  private static RedisElection election(int voters) {
    return new RedisElection("mymaster", voters);
  }

  private static VertxException silent() {
    return new VertxException("10.0.0.9:26379: no answer within 500 ms", true);
  }

  @Test
  void moreThanHalfDecideAtOnce() {
    RedisElection election = election(3);
    election.vote(OLD);
    assertThat(election.decision().isComplete()).isFalse();
    election.vote(NEW);
    election.vote(NEW);
    assertThat(election.decision().result()).isEqualTo(NEW);
  }

  @Test
  void aMinorityDecidesNothing() {
    RedisElection election = election(3);
    election.vote(OLD);
    election.abstain(silent());
    election.abstain(silent());
    assertThat(election.decision().succeeded()).isFalse();
    assertThat(election.decision().cause())
        .hasMessageContaining("1 of 3 Sentinels")
        .hasMessageContaining("mymaster")
        .hasMessageContaining("no answer within 500 ms");
  }

  @Test
  void halfDecideOnlyWhereNobodyContradicts() {
    RedisElection unanimous = election(2);
    unanimous.vote(NEW);
    unanimous.abstain(silent());
    assertThat(unanimous.decision().result()).isEqualTo(NEW);

    RedisElection split = election(2);
    split.vote(NEW);
    split.vote(OLD);
    assertThat(split.decision().succeeded()).isFalse();
  }

  @Test
  void whereNobodyAnswersTheReasonIsTold() {
    RedisElection election = election(1);
    election.abstain(silent());
    assertThat(election.decision().cause()).hasMessage("10.0.0.9:26379: no answer within 500 ms");
  }
}
