package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Watch;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The environment over the files, --set over the environment. */
class OverlayTest {

  @Test
  void theEnvironmentWinsOverTheFileAndSetOverTheEnvironment() {
    Map<String, String> environment =
        Map.of("SERVICEGROUP__HTTP__PORT", "9000", "SERVICEGROUP__AGENT__HOST", "from-env");
    AgentConfig config =
        Configs.read(
                "{http: {port: 1, host: localhost}, agent: {host: from-file}}",
                environment,
                "http.port=1",
                "http.port=9001")
            .sound();
    assertThat(config.http().port()).isEqualTo(9001);
    assertThat(config.http().host()).isEqualTo("localhost");
    assertThat(config.agent().host()).isEqualTo("from-env");
  }

  @Test
  void aStringIsTakenAsItIsAndEverythingElseIsYaml() {
    AgentConfig config =
        Configs.read(
                "",
                "agent.host=12345",
                "catalog.uri=embedded:",
                "http.token=00123",
                "http.allow_anonymous=true",
                "liveness.report_interval=4s",
                "liveness.groups={slow: {service_down_time: 60s}}",
                "watch=[a, b]",
                "services=[{group: g, version: 3}]",
                "services[0].binary=no",
                "services.1.group=h")
            .sound();
    assertThat(config.agent().host()).isEqualTo("12345");
    assertThat(config.http().token()).contains("00123");
    assertThat(config.http().allowAnonymous()).isTrue();
    assertThat(config.liveness().groups()).containsOnlyKeys("slow");
    assertThat(config.watch()).isEqualTo(Watch.groups(java.util.Set.of("a", "b")));
    assertThat(config.services()).extracting(s -> s.binary()).containsExactly("no", "h");
    assertThat(config.services().get(0).version()).isEqualTo(3);
  }

  @Test
  void nullTakesAValueAway() {
    assertThat(Configs.read("http: {token: t}", "http.token=null").sound().http().token())
        .isEqualTo(Optional.empty());
  }

  @Test
  void aListOfTheEnvironmentMayBeginFromNothing() {
    Map<String, String> environment = Map.of("SERVICEGROUP__SERVICES__0__GROUP", "compute");
    assertThat(Configs.read("", environment).sound().services()).hasSize(1);
  }

  @Test
  void otherVariablesConfigureNothing() {
    Map<String, String> environment =
        Map.of("SERVICEGROUP_TOKEN", "x", "HTTP__PORT", "1", "servicegroup__http__port", "2");
    assertThat(Configs.read("", environment).sound()).isEqualTo(Configs.read("").sound());
  }

  @Test
  void aFaultNamesWhereTheValueCameFrom() {
    assertThat(Configs.read("", Map.of("SERVICEGROUP__HTTP__PORT", "x")).faults())
        .singleElement()
        .asString()
        .contains("http.port", "\"x\" (from SERVICEGROUP__HTTP__PORT)");
    assertThat(Configs.read("", Map.of("SERVICEGROUP__HTTP__PROT", "1")).faults())
        .singleElement()
        .asString()
        .contains("http.prot", "SERVICEGROUP__HTTP__PROT", "nearest is port");
  }

  @Test
  void settingsThatAreNoneAreFaults() {
    assertThat(Configs.read("", "http.port").faults())
        .singleElement()
        .asString()
        .contains("--set", "key.path=value");
    assertThat(Configs.read("", "http..port=1").faults()).hasSize(1);
    assertThat(Configs.read("", "services[7].group=a").faults())
        .singleElement()
        .asString()
        .contains("index");
    assertThat(Configs.read("", "http.port=[").faults())
        .singleElement()
        .asString()
        .contains("http.port", "YAML");
  }
}
