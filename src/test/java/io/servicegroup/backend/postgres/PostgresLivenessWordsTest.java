package io.servicegroup.backend.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.postgres.PostgresLivenessWords.Words;
import io.servicegroup.bus.MemberNews;
import io.servicegroup.model.MemberId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests which members an observer's polls say have changed. */
class PostgresLivenessWordsTest {

  private static final MemberId A = new MemberId("compute", "a");
  private static final MemberId B = new MemberId("compute", "b");

  private final PostgresLivenessWords words = new PostgresLivenessWords();

  private static Optional<MemberNews> news(MemberId... changed) {
    return Optional.of(MemberNews.of(List.of(changed)));
  }

  @Test
  void whoChangesAppearsOrDisappearsIsNamed() {
    assertThat(words.saw(Map.of(1, new Words(A, 10)), false)).as("not all is known").isEmpty();
    assertThat(words.saw(Map.of(1, new Words(A, 10)), true))
        .as("the catalogue may have been read before")
        .contains(MemberNews.OF_ANYBODY);

    assertThat(words.saw(Map.of(1, new Words(A, 10)), true)).isEmpty();
    assertThat(words.saw(Map.of(), false)).as("nothing changed").isEmpty();
    assertThat(words.saw(Map.of(1, new Words(A, 11)), false)).isEqualTo(news(A));
    assertThat(words.saw(Map.of(2, new Words(B, 20)), false)).isEqualTo(news(B));
    assertThat(words.saw(Map.of(1, new Words(A, 11), 2, new Words(B, 20)), true)).isEmpty();
    assertThat(words.saw(Map.of(1, new Words(A, 11)), true)).isEqualTo(news(B));
    assertThat(words.saw(Map.of(1, new Words(B, 12)), false)).as("renamed").isEqualTo(news(A, B));
    assertThat(words.saw(Map.of(), true)).isEqualTo(news(B));
    assertThat(words.saw(Map.of(), true)).isEmpty();
  }

  @Test
  void aRowThatIsNoMemberConcernsAnybody() {
    words.saw(Map.of(), true);
    assertThat(words.saw(Map.of(1, new Words(null, 1), 2, new Words(A, 1)), false))
        .contains(MemberNews.OF_ANYBODY);
    assertThat(words.saw(Map.of(1, new Words(null, 1), 2, new Words(A, 1)), true)).isEmpty();
  }
}
