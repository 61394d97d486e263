package io.servicegroup.backend.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemcachedKeysTest {

  @Test
  void aPlainNameStaysReadable() {
    assertThat(MemcachedKeys.own(new MemberId("compute", "host-1.example")))
        .isEqualTo("servicegroup:member:compute/host-1.example");
  }

  @Test
  void everyNameHasAKeyOfItsOwnThatMemcachedTakes() {
    Set<String> keys =
        Stream.of(
                new MemberId("a/b", "c"),
                new MemberId("a", "b/c"),
                new MemberId("a%2Fb", "c"),
                new MemberId("a b", "c"),
                new MemberId("ä", "€ 日本"),
                new MemberId("日".repeat(255), "本".repeat(255)),
                new MemberId("日".repeat(255), "本".repeat(254)),
                new MemberId("x".repeat(255), "y"))
            .map(MemcachedKeys::own)
            .collect(Collectors.toSet());
    assertThat(keys).hasSize(8).allMatch(key -> key.matches("[!-~]{1,250}"));
  }

  @Test
  void documentsOfAnyNameHaveKeysOfTheirOwn() {
    String longest = "\uD835\uDD4F".repeat(255);
    Set<String> keys =
        Stream.of(
                new Key(Kind.MEMBER, "a", "b"),
                new Key(Kind.CLAIM, "a", "b"),
                new Key(Kind.MEMBER, longest, longest),
                new Key(Kind.CLAIM, longest, longest))
            .map(MemcachedKeys::document)
            .collect(Collectors.toSet());
    assertThat(keys)
        .hasSize(4)
        .contains("servicegroup:catalog:member:a/b")
        .allMatch(key -> key.matches("[!-~]{1,250}"));
  }

  @Test
  void whatToozCannotHoldHasNoKeyOfToozs() {
    assertThat(MemcachedKeys.toozMember("host-1")).isEqualTo("_TOOZ_MEMBER_host-1");
    assertThat(MemcachedKeys.toozMember("host 1")).isNull();
    assertThat(MemcachedKeys.toozMember("h".repeat(238))).isNull();
    assertThat(MemcachedKeys.toozMember("h".repeat(237))).isNotNull();
    assertThat(MemcachedKeys.toozMember("日".repeat(80))).isNull();
    assertThat(MemcachedKeys.toozGroup("LIST")).as("the list of all groups").isNull();
  }

  @Test
  void anExpiryIsNeverShorterThanItIsToBe() {
    assertThat(MemcachedKeys.seconds(Duration.ofSeconds(15))).isEqualTo(16);
    assertThat(MemcachedKeys.seconds(Duration.ofMillis(1_001))).isEqualTo(3);
    assertThat(MemcachedKeys.seconds(Duration.ofMillis(1))).isEqualTo(2);
    assertThat(MemcachedKeys.seconds(Duration.ofDays(100))).isEqualTo(2_592_000);
  }

  @Test
  void aNameThatHasNoBytesHasNoKeyOfToozs() {
    assertThat(MemcachedKeys.toozMember("h\ud800")).isNull();
    assertThat(MemcachedKeys.toozMember("h\ud83d\ude00")).isNotNull();
  }

  /** Agents of all releases have to look in the same place. */
  @ParameterizedTest
  @CsvSource({
    "servicegroup:member:compute/host-1, 0, 1, 1, 3",
    "servicegroup:member:compute/host-2, 0, 1, 2, 1",
    "servicegroup:member:x/%E2%82%AC, 0, 0, 2, 4",
    "servicegroup:catalog:member:compute/host-1, 0, 0, 1, 1",
    "servicegroup:index:0, 0, 0, 1, 4",
    "servicegroup:index:63, 0, 0, 0, 2",
    "servicegroup:stalled:ab, 0, 0, 0, 1",
    "servicegroup:hashed:00, 0, 0, 1, 0"
  })
  void aKeyStaysOnItsServer(String key, int ofOne, int ofTwo, int ofThree, int ofFive) {
    assertThat(MemcachedKeys.server(key, 1)).isEqualTo(ofOne);
    assertThat(MemcachedKeys.server(key, 2)).isEqualTo(ofTwo);
    assertThat(MemcachedKeys.server(key, 3)).isEqualTo(ofThree);
    assertThat(MemcachedKeys.server(key, 5)).isEqualTo(ofFive);
  }

  @Test
  void keysAreSpreadOverTheServers() {
    long[] found = new long[3];
    for (int i = 0; i < 3_000; i++) {
      found[MemcachedKeys.server(MemcachedKeys.own(new MemberId("compute", "host-" + i)), 3)]++;
    }
    assertThat(Arrays.stream(found)).allMatch(count -> count > 800);
  }
}
