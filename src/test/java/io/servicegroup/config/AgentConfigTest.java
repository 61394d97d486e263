package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Durations;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Watch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentConfigTest {

  @Test
  void anEmptyConfigurationHasTheContractsDefaults() {
    AgentConfig config = Configs.read("").sound();

    assertThat(config.agent())
        .isEqualTo(
            new AgentConfig.Agent(
                Configs.MACHINE,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                true,
                Optional.of(Configs.MACHINE + ":8080")));
    assertThat(config.services()).isEmpty();
    assertThat(config.catalog().uri()).isEqualTo(BackendUri.parse("embedded:data"));
    assertThat(config.catalog().createTables()).isEqualTo(AgentConfig.CreateTables.ALL);
    assertThat(config.liveness())
        .isEqualTo(
            new AgentConfig.Liveness(
                List.of(new AgentConfig.BuiltIn("embedded", config.catalog().uri())),
                AgentConfig.VerdictRule.ALL,
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                Duration.ofSeconds(1),
                Map.of(),
                new AgentConfig.MassSilence(0.5, 5, Duration.ofSeconds(15))));
    assertThat(config.watch()).isEqualTo(Watch.ALL);
    assertThat(config.evaluate()).isEqualTo(AgentConfig.Evaluate.ALWAYS);
    assertThat(config.http())
        .isEqualTo(
            new AgentConfig.Http("127.0.0.1", 8080, Optional.empty(), Optional.empty(), false));
    assertThat(config.agentCheck())
        .isEqualTo(new AgentConfig.AgentCheck("127.0.0.1", Optional.empty()));
  }

  @Test
  void anAgentIsFoundAgainByItsHostAndPortUnlessItIsNamed() {
    assertThat(id("agent: {host: h}\nhttp: {port: 9000}")).contains("h:9000");
    assertThat(id("agent: {host: h, id: rack-7}\nhttp: {port: 0}")).contains("rack-7");
    assertThat(id("http: {port: 0}")).as("nothing lasts").isEmpty();
  }

  private static Optional<String> id(String yaml) {
    return Configs.read(yaml).sound().agent().id();
  }

  @Test
  void nullStandsForTheDefault() {
    String nulls = "{agent: null, services: null, catalog: {uri: null}, http: {port: null}}";
    assertThat(Configs.read(nulls).sound()).isEqualTo(Configs.read("").sound());
  }

  @Test
  void aServiceHasItsDefaults() {
    AgentConfig config = Configs.read("services: [{group: compute}]").sound();
    ServiceSpec spec = config.services().get(0);
    assertThat(spec.id()).hasToString("compute/" + Configs.MACHINE);
    assertThat(spec.binary()).isEqualTo("compute");
    assertThat(spec.version()).isZero();
    assertThat(spec.metadata()).isEmpty();
    assertThat(spec.probe()).isEqualTo(new Probe.None());
    assertThat(config.watch()).isEqualTo(Watch.OWN);
  }

  @Test
  void aPidProbeLooksOften() {
    Probe probe =
        Configs.read("services: [{group: a, probe: {type: pid, pid: 7}}]")
            .sound()
            .services()
            .get(0)
            .probe();
    Duration often = Duration.ofMillis(100);
    assertThat(probe).isEqualTo(new Probe.Pid(7L, null, new Probe.Timing(often, often, 1, 1)));
  }

  @ParameterizedTest
  @CsvSource({"15s,1s", "5s,1s", "4s,800ms", "2s,400ms"})
  void polledIsFiveTimesInADownTimeAndAtLeastEverySecond(String downTime, String poll) {
    AgentConfig config =
        Configs.read("liveness: {report_interval: 500ms, service_down_time: " + downTime + "}")
            .sound();
    assertThat(Durations.text(config.liveness().pollInterval())).isEqualTo(poll);
    assertThat(Durations.text(config.liveness().massSilence().hold())).isEqualTo(downTime);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "liveness: {service_down_time: 11s}",
        "liveness: {mass_silence: {share: 1, min_writers: 1, hold: 0s}}",
        "liveness: {groups: {a: {service_down_time: 11s}}}",
        "liveness: {backends: [\"embedded:a\", {uri: \"embedded:b\", name: other}]}",
        "liveness: {backends: [{verticle: io.vertx.core.VerticleBase, name: x, config: {a: [1]}}]}",
        "catalog: {uri: \"postgresql://h/d?timeout=5.001\"}",
        "{agent: {leave_on_stop: false}, catalog: {uri: \"postgresql://h/d?timeout=15\"}}",
        "http: {host: 127.9.9.9}",
        "http: {host: \"::1\"}",
        "http: {host: localhost, port: 0}",
        "http: {host: 0.0.0.0, allow_anonymous: true}",
        "http: {host: 0.0.0.0, token: t}",
        "http: {tls: {certificate: pom.xml, key: pom.xml, client_ca: pom.xml}}",
        "{watch: [a, b], evaluate: never, cluster: {type: none}, agent_check: {port: 8081}}",
        "services: [{group: a, binary: x}, {group: a, binary: x, host: h2}]",
        "services: [{group: a, probe: {type: tcp, address: \"[::1]:1\", interval: 10ms}}]",
        "services: [{group: a, probe: {type: http, url: \"https://h/x\", expect: 204}}]",
        "services: [{group: a, metadata: {n: null, l: [1, {m: 2.5}], d: 2026-11-22}}]"
      })
  void theEffectiveConfigurationReadsAsItself(String yaml) {
    Configs.Read read = Configs.read(yaml);
    AgentConfig config = read.sound();
    if (config.http().token().isEmpty()) {
      assertThat(Configs.read(read.effective()).sound()).isEqualTo(config);
    }
  }
}
