package io.servicegroup.backend.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PostgresStatesTest {

  private static Heartbeat heartbeat(State state) {
    return new Heartbeat(
        new MemberId("compute", "a"), new Incarnation(7, "1f3a"), 42, state, "a sentence");
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void whatIsWrittenIsReadAgain(State state) {
    String reason = PostgresStates.reason(state, heartbeat(state));
    assertThat(PostgresStates.read(PostgresStates.word(state), reason)).isEqualTo(state);
  }

  /** What stands in the tables of others, and is matched by their statements. */
  @ParameterizedTest
  @CsvSource({
    "ALIVE,alive,a sentence",
    "FAILED,failed,a sentence",
    "RESTARTING,restarting,a sentence",
    "LEFT,left,",
    "DELETED,left,deleted"
  })
  void theWordsAreThoseThatOthersKnow(State state, String word, String reason) {
    assertThat(PostgresStates.word(state)).isEqualTo(word);
    assertThat(PostgresStates.reason(state, heartbeat(state))).isEqualTo(reason);
  }

  @Test
  void theStatementsSayWhoIsBeatenFor() {
    assertThat(PostgresStates.ALIVE).isEqualTo("'alive'");
    assertThat(PostgresStates.BEATING).isEqualTo("('alive', 'restarting')");
    assertThat(PostgresLivenessSql.BEAT).contains("state IN ('alive', 'restarting')");
    assertThat(PostgresLivenessSql.BEAT_OF_ONE).contains("state IN ('alive', 'restarting')");
  }

  @ParameterizedTest
  @CsvSource({"later,,ALIVE", "left,later,LEFT", "left,failed,LEFT", "failed,left,FAILED"})
  void whatLaterAgentsWriteIsReadAsFarAsItIsKnown(String word, String reason, State read) {
    assertThat(PostgresStates.read(word, reason)).isEqualTo(read);
  }
}
