package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the URIs of the backends that keep beats may say. */
class BackendOptionsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zookeeper://h",
        "kazoo://h1,h2:2182,[::1]/",
        "zookeeper://user:p%40ss@h?timeout=2.5&namespace=tooz",
        "zookeeper://h?use_ssl=true&verify_certs=true&ca=pom.xml&certfile=pom.xml&keyfile=pom.xml",
        "memcached://h",
        "memcached://h1:11211,h2:11212?timeout=30",
        "memcached://user:p%40ss@h",
        "memcached://h?ssl=true&ssl_ca_certs=pom.xml&ssl_certfile=pom.xml&ssl_keyfile=pom.xml",
        "redis://h",
        "redis://h/15",
        "redis://h?db=3&timeout=20&namespace=_tooz",
        "redis://:p%40ss@h",
        "redis://user:pass@h",
        "rediss://h?ssl_ca_certs=pom.xml&ssl_certfile=pom.xml&ssl_keyfile=pom.xml",
        "redis://h:26379?sentinel=mymaster",
        "redis://h:26379?sentinel=m&sentinel_fallback=h2:26379&sentinel_fallback=h3:26379",
        "hazelcast://h",
        "hazelcast://h1,h2:5702/cluster-1?mode=member&interface=10.0.0.1&port=5711&timeout=15",
        "hazelcast://h?mode=client",
        "hazelcast://user:pass@h?mode=client"
      })
  void thatIsAllowedAndReadAgain(String text) {
    BackendUri uri = BackendUri.parse(text);
    assertThat(BackendUri.parse(uri.text())).isEqualTo(uri);
    assertThat(
            Configs.read("{liveness: {report_interval: 1s, backends: ['" + text + "']}}").faults())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "zookeeper: | hosts are required",
        "zookeeper://@h | user name is required",
        "zookeeper://h?use_ssl=1 | the option use_ssl has to be true or false",
        "zookeeper://h?verify_certs=false | name their authority with the option ca",
        "zookeeper://h?certfile=pom.xml | the options certfile and keyfile go together",
        "redis://h?ssl_keyfile=pom.xml | the options ssl_certfile and ssl_keyfile go together",
        "zookeeper://h?verify_certs=no | the option verify_certs has to be true or false",
        "zookeeper://h?ca= | the option ca has to be the path of a readable PEM file",
        "zookeeper://h?certfile= | the option certfile has to be the path of a readable PEM",
        "zookeeper://h?keyfile=%20 | the option keyfile has to be the path of a readable PEM",
        "zookeeper://h?namespace= | the option namespace has to be 1 to 255 letters",
        "zookeeper://h?namespace=a/b | the option namespace has to be 1 to 255 letters",
        "zookeeper://h?timeout=-1 | positive number of seconds",
        "zookeeper://h?db=1 | allowed are ca, certfile, keyfile, namespace, timeout, use_ssl",
        "zookeeper://h?ssl=true | there is no option ssl",
        "memcached://h?timeout=0.0 | positive number of seconds",
        "memcached://h?timeout=soon | positive number of seconds",
        "memcached://h?namespace=x | allowed are ssl, ssl_ca_certs, ssl_certfile, ssl_keyfile,"
            + " timeout",
        "memcached://h/x | nothing follows the hosts",
        "redis://h/-1 | the number of a database",
        "redis://h/123456 | the number of a database",
        "redis://h?db=x | the option db has to be an integer from 0 to 99999",
        "redis://h/0?db=0 | not by both",
        "redis://h?ssl_ca_certs= | the path of a readable PEM file",
        "redis://h?sentinel= | the option sentinel has to be 1 to 255 letters",
        "redis://h?sentinel=a%20b | the option sentinel has to be 1 to 255 letters",
        "redis://h?sentinel_fallback=h2 | a port is required",
        "redis://h?sentinel_fallback=h2:1,h3 | a port is required",
        "redis://h?sentinel_fallback=h2:1, | sentinel_fallback",
        "redis://h?sentinel_fallback=h2:1 | goes with sentinel only",
        "redis://h?ssl_ca_certs=pom.xml | the option ssl_ca_certs goes with ssl=true only",
        "redis://h?ssl=false&ssl_ca_certs=pom.xml | goes with ssl=true only",
        "zookeeper://h?ca=pom.xml | the option ca goes with use_ssl=true only",
        "memcached://user@h | write user:password before the hosts",
        "memcached://us%20er:pass@h | no blanks and no control characters",
        "memcached://user:pa%0Ass@h | no blanks and no control characters",
        "memcached://h?ssl_ca_certs=pom.xml | the option ssl_ca_certs goes with ssl=true only",
        "memcached://h?ssl=true&ssl_keyfile=pom.xml | ssl_certfile and ssl_keyfile go together",
        "hazelcast://user:pass@h | a user goes with mode=client only",
        "hazelcast://h?mode=client&port=1 | the option port goes with mode=member only",
        "hazelcast://h?mode=client&interface=h | the option interface goes with mode=member only",
        "rediss://h?ssl=false | the option ssl is given twice",
        "redis://h?timeout=1&timeout=2 | the option timeout is given twice",
        "hazelcast://h?mode=both | member, client",
        "hazelcast://h?port=0 | 1 to 65535",
        "hazelcast://h?port=x | 1 to 65535",
        "hazelcast://h?port=5701.5 | 1 to 65535",
        "redis://h?timeout=0.0001 | positive number of seconds",
        "redis://h?timeout=10000000 | up to 9999999",
        "zookeeper://h?use_ssl=yes | true or false",
        "hazelcast://h?interface= | the option interface has to be an address of this machine",
        "hazelcast://h?interface=localhost | the option interface has to be an address of this"
            + " machine",
        "hazelcast://h?ssl=true | allowed are interface, mode, port, timeout"
      })
  void thatIsRefused(String text, String sentence) {
    assertThatThrownBy(() -> BackendUri.parse(text))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void anOptionAtFaultIsNotTheReasonForAnotherFault() {
    assertThatThrownBy(() -> BackendUri.parse("hazelcast://h?mode=both&port=5701"))
        .hasMessage("the option mode has to be one of member, client");
    assertThatThrownBy(() -> BackendUri.parse("zookeeper://h?namespace="))
        .hasMessage("the option namespace has to be 1 to 255 letters, digits and . _ - :");
  }

  @Test
  void redissIsRedisWithTls() {
    BackendUri uri = BackendUri.parse("REDISS://:Qz7@h/2");
    assertThat(uri.scheme()).extracting(Scheme::text).isEqualTo("redis");
    assertThat(uri.options()).isEqualTo(Map.of("ssl", "true"));
    assertThat(uri).hasToString("redis://:***@h:6379/2?ssl=true");
    assertThat(BackendUri.parse("rediss://h?timeout=9").find(Scheme.TIMEOUT))
        .contains(Duration.ofSeconds(9));
  }

  @Test
  void anOptionThatIsNotGivenHasItsDeclaredDefault() {
    assertThat(value("redis://h", "namespace")).contains("_tooz");
    assertThat(value("redis://h?namespace=x", "namespace")).contains("x");
    assertThat(value("zookeeper://h", "namespace")).contains("tooz");
    assertThat(value("postgresql://h", "sslmode")).contains("prefer");
    assertThat(value("hazelcast://h", "port")).contains(5701);
    assertThat(value("redis://h", "sentinel")).isEmpty();
    assertThat(value("redis://h", "timeout")).isEmpty();
  }

  private static Optional<Object> value(String text, String option) {
    BackendUri uri = BackendUri.parse(text);
    return uri.scheme().option(option).flatMap(uri::find);
  }

  @Test
  void severalSentinelsAreOneList() {
    assertThat(
            BackendUri.parse(
                    "redis://h?sentinel=m&sentinel_fallback=h2:1&sentinel_fallback=[::1]:2")
                .options())
        .containsEntry("sentinel_fallback", "h2:1,[::1]:2");
  }

  @ParameterizedTest
  @CsvSource({
    "zookeeper://h?use_ssl=true&ca=/none, ca",
    "zookeeper://h?use_ssl=true&certfile=/none&keyfile=pom.xml, certfile",
    "zookeeper://h?use_ssl=true&certfile=pom.xml&keyfile=/none, keyfile",
    "rediss://h?ssl_ca_certs=/none, ssl_ca_certs",
    "rediss://h?ssl_certfile=/none&ssl_keyfile=pom.xml, ssl_certfile",
    "rediss://h?ssl_certfile=pom.xml&ssl_keyfile=/none, ssl_keyfile"
  })
  void aFileHasToBeReadable(String text, String option) {
    assertThat(Configs.read("{liveness: {backends: ['" + text + "']}}").faults())
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.key()).isEqualTo("liveness.backends[0]");
              assertThat(fault.toString())
                  .contains("the option " + option, "no such file", "a readable PEM file");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"memcached", "redis", "rediss", "hazelcast"})
  void aBeatOutlivesTheIntervalOfBeats(String scheme) {
    assertThat(Configs.read(backend(scheme + "://h?timeout=5")).faults())
        .singleElement()
        .satisfies(
            fault -> assertThat(fault.toString()).contains("greater than report_interval, 5s"));
    assertThat(Configs.read(backend(scheme + "://h?timeout=5.5")).faults()).isEmpty();
  }

  @Test
  void aSessionNeedsNoBeat() {
    assertThat(Configs.read(backend("zookeeper://h?timeout=2")).faults()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"zookeeper", "memcached", "redis", "hazelcast"})
  void anUpgradeIsOutlivedBySilence(String scheme) {
    String stays = "agent.leave_on_stop=false";
    assertThat(Configs.read(backend(scheme + "://h?timeout=14.9"), stays).faults())
        .singleElement()
        .satisfies(
            fault ->
                assertThat(fault.toString())
                    .contains("at least service_down_time, 15s", "leave_on_stop"));
    assertThat(Configs.read(backend(scheme + "://h?timeout=15"), stays).faults()).isEmpty();
    assertThat(Configs.read(backend(scheme + "://h"), stays).faults()).isEmpty();
  }

  private static String backend(String uri) {
    return "{liveness: {backends: ['" + uri + "']}}";
  }

  @ParameterizedTest
  @CsvSource({
    "zookeeper, zookeeper",
    "kazoo, zookeeper",
    "hazelcast, hazelcast",
    "memcached, memcached",
    "redis, redis"
  })
  void everyTechnologyIsACatalogueAndABackend(String scheme, String name) {
    AgentConfig both = Configs.read("{catalog: {uri: '" + scheme + "://h'}}").sound();
    assertThat(both.catalog().uri().scheme().text()).isEqualTo(name);
    assertThat(both.liveness().backends())
        .singleElement()
        .satisfies(backend -> assertThat(backend.name()).isEqualTo(name));
    AgentConfig config = Configs.read("{liveness: {backends: ['" + scheme + "://h']}}").sound();
    assertThat(config.liveness().backends())
        .singleElement()
        .satisfies(backend -> assertThat(backend.name()).isEqualTo(name));
    assertThat(config.catalog().uri().scheme()).extracting(Scheme::text).isEqualTo("embedded");
  }
}
