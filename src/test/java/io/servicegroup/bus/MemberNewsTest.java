package io.servicegroup.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.MemberId;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what stores announce about members. */
class MemberNewsTest {

  private static final MemberId H1 = new MemberId("compute", "h1");
  private static final MemberId ODD = new MemberId("a \"b\" [c]", "é, \\ ü");

  @Test
  void namesWhatChanged() {
    MemberNews news = MemberNews.parse(MemberNews.of(Set.of(H1, ODD)).text());

    assertThat(news.members()).containsExactlyInAnyOrder(H1, ODD);
    assertThat(news.concerns(H1::equals)).isTrue();
    assertThat(news.concerns(new MemberId("compute", "h2")::equals)).isFalse();
  }

  /** Older agents announce a row's number, a word, or the name of one of several members. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "17",
        "joined",
        "mirrored",
        "compute:h1",
        "[",
        "[]",
        "[1]",
        "[[\"compute\"]]",
        "[[\"compute\", null]]",
        "[[\"compute\", \"\"]]",
        "{}",
        "[{}]"
      })
  void anyOtherTextConcernsEverybody(String text) {
    assertThat(MemberNews.parse(text)).isEqualTo(MemberNews.OF_ANYBODY);
    assertThat(MemberNews.parse(text).concerns(id -> false)).isTrue();
  }
}
