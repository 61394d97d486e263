package io.servicegroup.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Fault;
import org.junit.jupiter.api.Test;

class FaultExceptionTest {

  private static final Fault LACKING =
      new Fault("catalog.uri", "db://h", "db://h lacks the table services");

  @Test
  void namesTheKeyAndIsNoAnswerThatIsWorthAnotherTry() {
    FaultException wrong = new FaultException(Refusal.UNAVAILABLE, LACKING);
    assertThat(wrong).hasMessage("catalog.uri: db://h lacks the table services");
    assertThat(wrong.fault()).isEqualTo(LACKING);
    assertThat(wrong.setting()).isEmpty();
    assertThat(wrong.status()).isEqualTo(503);
  }

  @Test
  void namesTheSettingThatKeepsTheAgentFromMakingIt() {
    FaultException wrong =
        FaultException.lacking(
            LACKING, new Fault("catalog.create_tables", "none", "set it to all"));
    assertThat(wrong)
        .hasMessage(
            "catalog.uri: db://h lacks the table services and catalog.create_tables is none: set it"
                + " to all");
    assertThat(wrong.messageFor("--to"))
        .isEqualTo(
            "--to: db://h lacks the table services and catalog.create_tables is none: set it to"
                + " all");
  }

  @Test
  void saysWhoseItIsInWordsOfItsOwn() {
    FaultException wrong =
        new FaultException(
            Refusal.CONFLICT, new Fault("metadata", "9 bytes", "allowed are 8"), "it is too large");
    assertThat(ServiceGroupException.of(wrong)).isSameAs(wrong);
    assertThat(wrong).hasMessage("it is too large");
    assertThat(Refusal.CONFLICT.isIn(wrong)).isTrue();
    assertThat(Refusal.of(wrong.status())).contains(Refusal.CONFLICT);
    assertThat(Refusal.of(42)).isEmpty();
  }
}
