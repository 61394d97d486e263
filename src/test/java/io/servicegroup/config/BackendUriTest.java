package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackendUriTest {

  @Property(tries = 500)
  void whatIsWrittenIsReadAgain(@ForAll("uris") BackendUri uri) {
    assertThat(BackendUri.parse(uri.text())).isEqualTo(uri);
  }

  @Property(tries = 500)
  void whatIsPrintedHoldsNoPassword(@ForAll("uris") BackendUri uri) {
    assertThat(uri.toString())
        .isEqualTo(
            new BackendUri(
                    uri.scheme(),
                    uri.user(),
                    uri.password() == null ? null : "***",
                    uri.hosts(),
                    uri.path(),
                    uri.options())
                .text());
  }

  @Property(tries = 1000)
  void noTextThrowsAnythingElseOrTellsThePassword(@ForAll("rests") String rest) {
    String password = "Qz7-secret";
    String text = "postgresql://u:" + password + rest;
    try {
      assertThat(BackendUri.parse(text).toString()).isNotEmpty();
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).doesNotContain("Qz7");
    }
    assertThat(Masking.uri(text)).doesNotContain("Qz7");
  }

  @Provide
  static Arbitrary<String> rests() {
    return Arbitraries.strings()
        .withChars("@:/?&=%[]#,.ab19 ü")
        .ofMaxLength(12)
        .map(rest -> rest.contains("@") ? rest : rest + "@h/d");
  }

  @Provide
  static Arbitrary<BackendUri> uris() {
    Arbitrary<String> text =
        Arbitraries.strings()
            .withChars("@:/?&=%[]#, +*~ünul€\n")
            .withCharRange('a', 'z')
            .ofMaxLength(12);
    Arbitrary<BackendUri.Host> host =
        Combinators.combine(
                Arbitraries.of("localhost", "db-1.example", "a_b", "127.0.0.1", "::1", "fe80::2"),
                Arbitraries.integers().between(1, 65535))
            .as(BackendUri.Host::new);
    Arbitrary<BackendUri> remote =
        Combinators.combine(
                text.filter(user -> !user.isEmpty()).injectNull(0.2),
                text.injectNull(0.2),
                host.list().ofMinSize(1).ofMaxSize(3),
                text,
                text.filter(file -> !file.isBlank()).injectNull(0.5))
            .as(
                (user, password, hosts, path, file) ->
                    new BackendUri(
                        Schemes.find("postgresql").orElseThrow(),
                        user,
                        user == null ? null : password,
                        hosts,
                        path,
                        file == null ? Map.of() : Map.of("sslkey", file, "pooled", "true")));
    Arbitrary<BackendUri> embedded =
        text.filter(path -> !path.isEmpty() && !path.startsWith("//"))
            .map(
                path ->
                    new BackendUri(
                        Schemes.find("embedded").orElseThrow(),
                        null,
                        null,
                        List.of(),
                        path,
                        Map.of()));
    return Arbitraries.oneOf(remote, embedded);
  }

  @Test
  void partsOfOneServerAreNotTheSamePlace() {
    BackendUri uri = BackendUri.parse("redis://h");
    assertThat(uri.isSamePlaceAs(BackendUri.parse("redis://u:p@h:6379?ssl=true"))).isTrue();
    assertThat(uri.isSamePlaceAs(BackendUri.parse("redis://h?db=1"))).isFalse();
    assertThat(uri.isSamePlaceAs(BackendUri.parse("redis://h?namespace=other"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "redis://h, redis://h?db=0",
    "redis://h, redis://h?db=00&namespace=_tooz",
    "redis://h, redis://h/0",
    "redis://h/03, redis://h?db=3",
    "zookeeper://h, zookeeper://h?namespace=tooz",
    "zookeeper://h/a, zookeeper://h/a/",
    "hazelcast://h, hazelcast://h/dev",
    "postgresql://nova@h, postgresql://nova:x@h/nova",
    "embedded:, embedded:./data"
  })
  void aDefaultThatIsSaidIsTheSamePlace(String one, String other) {
    assertThat(BackendUri.parse(one)).matches(BackendUri.parse(other)::isSamePlaceAs);
  }

  @ParameterizedTest
  @CsvSource({
    "redis://h, redis://h/1",
    "redis://h, redis://h?sentinel=m",
    "zookeeper://h, zookeeper://h/a",
    "hazelcast://h, hazelcast://h/prod",
    "postgresql://nova@h, postgresql://other@h",
    "embedded:, embedded:other"
  })
  void anotherPartOfTheServersIsAnotherPlace(String one, String other) {
    assertThat(BackendUri.parse(one)).matches(uri -> !uri.isSamePlaceAs(BackendUri.parse(other)));
  }

  @Test
  void aDirectoryThatThisMachineCannotNameIsNotTriedButRefused() {
    Scheme embedded = Schemes.find("embedded").orElseThrow();
    // Half of a surrogate stands here for any character that a locale lacks.
    BackendUri uri = new BackendUri(embedded, null, null, List.of(), "a\uD800", Map.of());
    assertThat(embedded.lacking(uri)).singleElement().asString().contains("locale", "LC_ALL");
    assertThat(embedded.lacking(BackendUri.parse("embedded:a"))).isEmpty();
  }

  @Test
  void aUriIsTakenApart() {
    BackendUri uri =
        BackendUri.parse(
            "postgresql+psycopg2://us%40er:p%3Aa%2Fss@h1,[::1]:5433/no%76a?sslmode=require");
    assertThat(uri)
        .isEqualTo(
            new BackendUri(
                Schemes.find("postgresql").orElseThrow(),
                "us@er",
                "p:a/ss",
                List.of(new BackendUri.Host("h1", 5432), new BackendUri.Host("::1", 5433)),
                "nova",
                Map.of("sslmode", "require")));
    assertThat(uri).hasToString("postgresql://us%40er:***@h1:5432,[::1]:5433/nova?sslmode=require");
  }

  @ParameterizedTest
  @CsvSource({
    "embedded:, data",
    "embedded:/var/lib/x, /var/lib/x",
    "EMBEDDED:rel/dir?port=5499, rel/dir"
  })
  void embeddedTakesADirectory(String text, String directory) {
    assertThat(BackendUri.parse(text).path()).isEqualTo(directory);
    assertThat(BackendUri.parse(text).hosts()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://h",
        "POSTGRESQL://h/",
        "postgresql://u@h/d",
        "postgresql://u:@h/d",
        "postgresql://u:a:b@h/d",
        "postgresql://h/d?pooled=true&listen=h2:1",
        "postgresql://h/d?timeout=0.5&sslmode=prefer",
        "postgresql://h/d?"
      })
  void thatIsAllowed(String text) {
    BackendUri uri = BackendUri.parse(text);
    assertThat(BackendUri.parse(uri.text())).isEqualTo(uri);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "postgresql:d | hosts are required",
        "postgresql:///d | hosts are required",
        "postgresql://u:p@/d | hosts are required",
        "postgresql://h1,,h2/d | a host is a name",
        "redis://a..b | a host is a name",
        "redis://.a | a host is a name",
        "zookeeper://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | 63",
        "postgresql://h%41/d | a host is a name",
        "postgresql://a b/d | a host is a name",
        "postgresql://::1/d | brackets",
        "postgresql://[::1/d | brackets",
        "postgresql://[h]/d | IPv6",
        "postgresql://h:0/d | 1 to 65535",
        "postgresql://h:65536/d | 1 to 65535",
        "postgresql://h:x/d | 1 to 65535",
        "postgresql://h:/d | 1 to 65535",
        "postgresql://@h/d | user name is required",
        "postgresql://:p@h/d | user name is required",
        "postgresql://u:%@h/d | hexadecimal",
        "postgresql://u:%4@h/d | hexadecimal",
        "postgresql://u:%ff@h/d | UTF-8",
        "postgresql://u:%00@h/d | NUL",
        "postgresql://u:a/b@h/d | percent-encoded",
        "postgresql://u:a?b@h/d | percent-encoded",
        "postgresql://h/d?pooled=true&pooled=true | pooled is given twice",
        "postgresql://h/d?pooled=yes | true or false",
        "postgresql://h/d?pooled | true or false",
        "postgresql://h/d?sslmode=on | disable, allow, prefer, require, verify-ca, verify-full",
        "postgresql://h/d?listen=h:1 | pooled=true only",
        "postgresql://h/d?pooled=true&listen=h | port is required",
        "postgresql://h/d?timeout=0 | positive number",
        "postgresql://h/d?timeout=5s | positive number",
        "postgresql://h/d?sslrootcert= | path of a readable PEM file",
        "postgresql://h/d?color=red | no option color; allowed are listen, pooled",
        "embedded:x?timeout=5 | no option timeout; allowed are port",
        "embedded:?port=0 | 1 to 65535",
        "embedded://h/d | takes a directory",
        "mysql+pymysql://h/d | mysql is not supported",
        "etcd://h | etcd is not supported; allowed schemes are embedded:, postgresql://",
        "redis://h/d | the number of a database, as in redis://127.0.0.1/0",
        "redis://h/1?db=1 | in the path or by the option db",
        "redis://h?ssl=yes | the option ssl has to be true or false",
        "memcached://h/d | nothing follows the hosts",
        "hazelcast://h?mode=x | the option mode has to be one of member, client",
        "h | allowed schemes are embedded:, postgresql://"
      })
  void thatIsRefused(String text, String sentence) {
    assertThatThrownBy(() -> BackendUri.parse(text))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void everythingWrongIsToldTogether() {
    assertThatThrownBy(() -> BackendUri.parse("postgresql://h:x/d?sslmode=x&foo=1"))
        .hasMessageContainingAll("65535", "sslmode", "foo");
  }
}
