package io.servicegroup.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class EnumTextTest {

  @Test
  void everyConstantIsReadFromItsText() {
    for (Reason reason : Reason.values()) {
      assertThat(EnumText.parse(Reason.class, EnumText.of(reason))).isEqualTo(reason);
    }
    assertThat(EnumText.of(Reason.HEARTBEAT_TIMEOUT)).isEqualTo("heartbeat_timeout");
    assertThatThrownBy(() -> EnumText.parse(Reason.class, "none such"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void textsStandInTheOrderOfTheirDeclaration() {
    assertThat(EnumText.all(Conflict.Kind.class).values()).containsExactly(Conflict.Kind.values());
  }

  @Test
  void aTurkishMachineWritesTheSame() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));
      assertThat(EnumText.of(Reason.PROBE_FAILED)).isEqualTo("probe_failed");
      assertThat(EnumText.parse(Reason.class, "probe_failed")).isEqualTo(Reason.PROBE_FAILED);
    } finally {
      Locale.setDefault(before);
    }
  }
}
