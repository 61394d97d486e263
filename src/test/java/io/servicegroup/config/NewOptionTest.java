package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a new option of a URI costs: its declaration, with a type that keys of the configuration
 * have, and whoever asks for its value. These are some that no technology has.
 */
class NewOptionTest {

  private static final Key<Duration> PAUSE =
      Key.of("pause", KeyTypes.duration("10ms", "1m"), "how long to wait")
          .orElse(Duration.ofSeconds(1));

  private static final Key<String> MODE =
      Key.of("mode", KeyTypes.words(List.of("near", "far")), "where to look").orElse("near");

  private static final Key<Integer> HOPS =
      Key.of("hops", KeyTypes.integer(1, 9), "how far to look").onlyWith(MODE, "far");

  private static final Key<List<Integer>> PORTS =
      Key.of("ports", KeyTypes.list(KeyTypes.integer(1, 9)), "where to knock; any number of times");

  /** A technology that exists for this test only. */
  private static final class Knocking implements Scheme {
    @Override
    public List<String> names() {
      return List.of("knock");
    }

    @Override
    public int defaultPort() {
      return 1;
    }

    @Override
    public List<Key<?>> options() {
      return List.of(PAUSE, MODE, HOPS, PORTS, TIMEOUT.explained("seconds that a knock counts"));
    }
  }

  private static final Scheme SCHEME = new Knocking();

  private static BackendUri read(String query) {
    List<String> wrong = new ArrayList<>();
    Map<String, String> options = UriOptionsReader.read(SCHEME, Map.of(), query, wrong);
    assertThat(wrong).isEmpty();
    return new BackendUri(SCHEME, null, null, List.of(), "", options);
  }

  @Test
  void itHasItsValueOrItsDefault() {
    assertThat(read("").get(PAUSE)).hasSeconds(1);
    assertThat(read("pause=250ms").get(PAUSE)).hasMillis(250);
    assertThat(read("").find(HOPS)).isEmpty();
    assertThat(read("mode=far&hops=3").get(HOPS)).isEqualTo(3);
    assertThat(read("ports=7&ports=8").get(PORTS)).containsExactly(7, 8);
    assertThat(read("timeout=2.5").get(Scheme.TIMEOUT)).hasMillis(2500);
    assertThat(read("mode=near").isGiven(MODE)).isTrue();
    assertThat(read("").isGiven(MODE)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pause=2m | the option pause has to be a duration from 10ms to 1m, such as 250ms, 5s or"
            + " 60s",
        "pause=5 | the option pause has to be a duration from 10ms to 1m, such as 250ms, 5s or 60s",
        "mode=far&hops=10 | the option hops has to be an integer from 1 to 9",
        "mode=far&hops=1.5 | the option hops has to be an integer from 1 to 9",
        "hops=1 | the option hops goes with mode=far only",
        "mode=no&hops=1 | the option mode has to be one of near, far",
        "ports=7&ports=x | the option ports has to be an integer from 1 to 9",
        "pause=1s&pause=2s | the option pause is given twice",
        "paus=1s | there is no option paus; allowed are hops, mode, pause, ports, timeout"
      })
  void itsFaultIsToldOnceAndWithoutItsValue(String query, String sentence) {
    List<String> wrong = new ArrayList<>();
    assertThat(UriOptionsReader.read(SCHEME, Map.of(), query, wrong)).doesNotContainValue("x");
    assertThat(wrong).containsExactly(sentence);
  }

  @Test
  void whatIsAllowedInAUriIsAllowedInTheConfiguration() {
    List<Key<?>> keys = new ArrayList<>(Keys.all());
    keys.addAll(SCHEME.options());
    Values values =
        Configs.read(keys, "{pause: 250ms, mode: far, hops: 3, ports: [7, 8]}", Map.of())
            .sound()
            .values();
    assertThat(values.get(PAUSE)).hasMillis(250);
    assertThat(values.get(HOPS)).isEqualTo(3);
    assertThat(values.get(PORTS)).containsExactly(7, 8);
  }

  @Test
  void itsRowOfTheDocumentationIsSaidByItsDeclaration() {
    assertThat(PAUSE.defaultText()).isEqualTo("`1s`");
    assertThat(HOPS.meaning()).isEqualTo("how far to look; with `mode` `far` only");
    assertThat(SCHEME.option("timeout").map(Key::meaning)).contains("seconds that a knock counts");
  }
}
