package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule of every key: what breaks it is one fault that names the key and what is allowed. */
class ConfigFaultTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{agent: 5} | agent | allowed is a map",
        "{agent: {host: 5}} | agent.host | in quotes",
        "{agent: {id: 2001-01-01}} | agent.id | in quotes",
        "{watch: [2001-01-01]} | watch[0] | in quotes",
        "{agent: {host: ''}} | agent.host | 1 to 255 characters",
        "{agent: {host: \"a\\u0007\"}} | agent.host | control character",
        "{agent: {host: ..}} | agent.host | no URL can name",
        "{services: [{group: .}]} | services[0].group | no URL can name",
        "{services: [{group: a, host: '..'}]} | services[0].host | no URL can name",
        "{services: [{group: \"a\\u202E\"}]} | services[0].group | direction",
        "{services: [{group: \"a\\U000E0041\"}]} | services[0].group | U+E0041",
        "{watch: [a, ..]} | watch[1] | no URL can name",
        "{services: [{group: a/b}], catalog: {uri: 'zookeeper://h'}} | services[0].group | node",
        "{services: [{group: a, host: \"\\U0001F600\"}], liveness: {backends: ['zookeeper://h']}} |"
            + " services[0].host | no emoji",
        "{services: [{group: locks}], liveness: {backends: [{uri: 'kazoo://h'}]}} |"
            + " services[0].group | tooz keeps its locks",
        "{services: [{group: a, host: leader}], catalog: {uri: 'zookeeper://h'}} |"
            + " services[0].host | leader",
        "{agent: {start_timeout: 30}} | agent.start_timeout | allowed is a duration from 100ms",
        "{agent: {start_timeout: 99ms}} | agent.start_timeout | from 100ms to 1h",
        "{agent: {start_timeout: 61m}} | agent.start_timeout | from 100ms to 1h",
        "{agent: {stop_timeout: soon}} | agent.stop_timeout | such as 250ms",
        "{agent: {stop_timeout: -5s}} | agent.stop_timeout | such as 250ms",
        "{agent: {leave_on_stop: 1}} | agent.leave_on_stop | true or false",
        "{services: {group: a}} | services | a list of maps",
        "{services: [a]} | services[0] | allowed is a map",
        "{services: [{host: a}]} | services[0].group | 1 to 255 characters",
        "{services: [{group: a}, {group: ' '}]} | services[1].group | 1 to 255 characters",
        "{services: [{group: a, version: -1}]} | services[0].version | from 0 to 2147483647",
        "{services: [{group: a, version: 2147483648}]} | services[0].version | from 0 to",
        "{services: [{group: a, version: 1.5}]} | services[0].version | an integer",
        "{services: [{group: a, version: '1'}]} | services[0].version | an integer",
        "{services: [{group: a, version: .nan}]} | services[0].version | an integer",
        "{services: [{group: a, metadata: [b]}]} | services[0].metadata | allowed is a map",
        "{services: [{group: a, metadata: {b: .inf}}]} | services[0].metadata.b | JSON",
        "{services: [{group: a, metadata: {b: [\"\\0\"]}}]} | services[0].metadata.b[0] | NUL",
        "{services: [{group: a}, {group: a}]} | services[1].host | one of each (group, host)",
        "{services: [{group: a, binary: x}, {group: b, binary: x}]} | services[1].binary | group a",
        "{services: [{group: a, probe: {}}]} | services[0].probe.type | none, self, tcp, pid, http",
        "{services: [{group: a, probe: none}]} | services[0].probe | allowed is a map",
        "{services: [{group: a, probe: {type: udp}}]} | services[0].probe.type | one of none",
        "{services: [{group: a, probe: {type: udp, address: x}}]} | services[0].probe.type | tcp",
        "{services: [{group: a, probe: {type: none, fall: 1}}]} | services[0].probe.fall | type",
        "{services: [{group: a, probe: {type: tcp}}]} | services[0].probe.address | host:port",
        "{services: [{group: a, probe: {type: tcp, address: h}}]} | services[0].probe.address |"
            + " port is required",
        "{services: [{group: a, probe: {type: tcp, address: 'h:0'}}]} | services[0].probe.address |"
            + " 1 to 65535",
        "{services: [{group: a, probe: {type: tcp, address: 'h:65536'}}]} |"
            + " services[0].probe.address | 1 to 65535",
        "{services: [{group: a, probe: {type: tcp, address: '::1:80'}}]} |"
            + " services[0].probe.address | brackets",
        "{services: [{group: a, probe: {type: tcp, address: 'h:1', hold: 1}}]} |"
            + " services[0].probe.hold | true",
        "{services: [{group: a, probe: {type: tcp, address: 'h:1', rise: 0}}]} |"
            + " services[0].probe.rise | from 1",
        "{services: [{group: a, probe: {type: tcp, address: 'h:1', fall: 0}}]} |"
            + " services[0].probe.fall | from 1",
        "{services: [{group: a, probe: {type: tcp, address: 'h:1', interval: 9ms}}]} |"
            + " services[0].probe.interval | 10ms",
        "{services: [{group: a, probe: {type: tcp, address: 'h:1', timeout: 2s}}]} |"
            + " services[0].probe.timeout | at most the interval, 1s",
        "{services: [{group: a, probe: {type: pid}}]} | services[0].probe.pid | exactly one of pid"
            + " and pid_file",
        "{services: [{group: a, probe: {type: pid, pid: 1, pid_file: x}}]} |"
            + " services[0].probe.pid_file | exactly one",
        "{services: [{group: a, probe: {type: pid, pid: 0}}]} | services[0].probe.pid | from 1 to"
            + " 4294967295",
        "{services: [{group: a, probe: {type: pid, pid: 9223372036854775808}}]} |"
            + " services[0].probe.pid | from 1",
        "{services: [{group: a, probe: {type: pid, pid_file: ''}}]} | services[0].probe.pid_file |"
            + " path",
        "{services: [{group: a, probe: {type: pid, pid: 1, timeout: 1s}}]} |"
            + " services[0].probe.timeout | no such key",
        "{services: [{group: a, probe: {type: http}}]} | services[0].probe.url | http://",
        "{services: [{group: a, probe: {type: http, url: 'ftp://h/'}}]} | services[0].probe.url |"
            + " http://",
        "{services: [{group: a, probe: {type: http, url: 'http://h/', expect: 99}}]} |"
            + " services[0].probe.expect | from 100 to 599",
        "{catalog: {uri: 5}} | catalog.uri | a URI",
        "{catalog: {uri: nothing}} | catalog.uri | allowed schemes are embedded:, postgresql://",
        "{catalog: {uri: 'mysql://h/d'}} | catalog.uri | mysql is not supported",
        "{catalog: {uri: 'etcd://h'}} | catalog.uri | postgresql+psycopg2://",
        "{catalog: {create_tables: some}} | catalog.create_tables | one of all, own, none",
        "{liveness: {backends: x}} | liveness.backends | a list",
        "{liveness: {backends: []}} | liveness.backends | at least one",
        "{liveness: {backends: [5]}} | liveness.backends[0] | in quotes",
        "{liveness: {backends: [null]}} | liveness.backends[0] | or a map",
        "{liveness: {backends: [{}]}} | liveness.backends[0].uri | or the key verticle",
        "{liveness: {backends: ['embedded:a', 'embedded:b']}} | liveness.backends[1] | the name"
            + " embedded",
        "{liveness: {backends: ['redis://h', {uri: 'redis://u:p@h:6379?timeout=30', name: x}]}} |"
            + " liveness.backends[1] | the backend redis is in the same place",
        "{liveness: {backends: [{verticle: a.B, name: x}]}} | liveness.backends[0].verticle | class"
            + " path",
        "{liveness: {backends: [{verticle: java.lang.String, name: x}]}} |"
            + " liveness.backends[0].verticle | verticle",
        "{liveness: {backends: [{verticle: io.vertx.core.VerticleBase}]}} |"
            + " liveness.backends[0].name | 1 to 255",
        "{liveness: {backends: [{verticle: io.vertx.core.VerticleBase, name: x, uri: y}]}} |"
            + " liveness.backends[0].uri | no such key",
        "{liveness: {verdict: most}} | liveness.verdict | one of all, any",
        "{liveness: {report_interval: 9ms}} | liveness.report_interval | from 10ms",
        "{liveness: {service_down_time: 10999ms}} | liveness.service_down_time | 2 ×"
            + " report_interval + poll_interval, 11s",
        "{liveness: {report_interval: 7s, poll_interval: 2s}} | liveness.service_down_time | 16s",
        "{liveness: {poll_interval: 25h}} | liveness.poll_interval | to 24h",
        "{liveness: {groups: [a]}} | liveness.groups | allowed is a map",
        "{liveness: {groups: {a: 60s}}} | liveness.groups.a | allowed is a map",
        "{liveness: {groups: {a: {}}}} | liveness.groups.a.service_down_time | 60s",
        "{liveness: {groups: {a: {service_down_time: 10s}}}} | liveness.groups.a.service_down_time"
            + " | 11s",
        "{liveness: {groups: {a: {service_down_time: 60s, x: 1}}}} | liveness.groups.a.x | no such"
            + " key",
        "{liveness: {mass_silence: {share: 0}}} | liveness.mass_silence.share | greater than 0, up"
            + " to 1",
        "{liveness: {mass_silence: {share: 1.01}}} | liveness.mass_silence.share | up to 1",
        "{liveness: {mass_silence: {share: a}}} | liveness.mass_silence.share | up to 1",
        "{liveness: {mass_silence: {min_writers: 0}}} | liveness.mass_silence.min_writers | from 1",
        "{liveness: {mass_silence: {hold: x}}} | liveness.mass_silence.hold | a duration",
        "{liveness: {backends: ['postgresql://h/d?timeout=5']}} | liveness.backends[0] | greater"
            + " than report_interval, 5s",
        "{catalog: {uri: 'postgresql://h/d?timeout=4'}} | catalog.uri | greater than"
            + " report_interval, 5s",
        "{agent: {leave_on_stop: false}, catalog: {uri: 'postgresql://h/d?timeout=14'}} |"
            + " catalog.uri | at least service_down_time, 15s",
        "{watch: mine} | watch | own, all or a list of groups",
        "{watch: []} | watch | own, all or a list of at least one group",
        "{watch: ['']} | watch[0] | 1 to 255",
        "{catalog: {uri: 'zookeeper://h/a//b'}} | catalog.uri | ZooKeeper has no such path",
        "{catalog: {uri: 'zookeeper://h?namespace=servicegroup'}} | catalog.uri | holds our own",
        "{catalog: {uri: 'nothing'}} | catalog.uri | begins with its scheme and a colon",
        "{services: [{group: a, host: h}, {group: a, host: h}]} | services[1].host |"
            + " services[0] is a/h as well",
        "{http: {tls: {certificate: /, key: pom.xml}}} | http.tls.certificate | it is a directory",
        "{evaluate: elected} | evaluate | needs a cluster",
        "{evaluate: sometimes} | evaluate | one of always, never",
        "{cluster: {type: hazelcast}} | cluster.type | allowed is none",
        "{cluster: {type: zookeeper}} | cluster.type | do not exist yet",
        "{http: {host: ''}} | http.host | an address",
        "{http: {host: 0.0.0.0}} | http.host | http.allow_anonymous",
        "{http: {host: '::'}} | http.host | http.token",
        "{http: {host: example.org}} | http.host | http.token",
        "{http: {port: 65536}} | http.port | from 0 to 65535",
        "{http: {port: -1}} | http.port | from 0 to 65535",
        "{http: {port: '8080'}} | http.port | an integer",
        "{http: {token: ''}} | http.token | null for none",
        "{http: {token: 'a b'}} | http.token | visible ASCII",
        "{http: {token: 12345}} | http.token | in quotes",
        "{http: {tls: true}} | http.tls | allowed is a map",
        "{http: {tls: {certificate: pom.xml}}} | http.tls.key | readable PEM",
        "{http: {tls: {certificate: /none, key: pom.xml}}} | http.tls.certificate | readable PEM",
        "{http: {tls: {certificate: pom.xml, key: pom.xml, client_ca: /}}} | http.tls.client_ca |"
            + " readable PEM",
        "{http: {allow_anonymous: perhaps}} | http.allow_anonymous | true or false",
        "{agent_check: {port: 65536}} | agent_check.port | from 0 to 65535",
        "{agent_check: {port: 8080}} | agent_check.port | another port than http.port",
        "{http: {token: '${env:NONE}'}} | http.token | environment variable NONE is not set",
        "{http: {token: '${file:/none}'}} | http.token | file /none cannot be read",
        "{http: {token: '${vault:x}'}} | http.token | ${env:NAME} and ${file:PATH}",
        "{http: {token: '${env:NONE'}} | http.token | closing brace",
        "{http: {port: '${env:NONE}'}} | http.port | environment variable NONE is not set",
        "{services: [{group: a, metadata: {b: '${env:NONE}'}}]} | services[0].metadata.b | NONE is"
            + " not set"
      })
  void oneFault(String yaml, String key, String rule) {
    assertThat(Configs.read(yaml).faults())
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.key()).isEqualTo(key);
              assertThat(fault.rule()).contains(rule);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{htpp: {}} | htpp | nearest is http;",
        "{agent: {hosts: a}} | agent.hosts | nearest is host;",
        "{catalog: {url: a}} | catalog.url | nearest is uri;",
        "{liveness: {report_intervall: 5s}} | liveness.report_intervall | nearest is"
            + " report_interval;",
        "{liveness: {mass_silence: {min_writer: 5}}} | liveness.mass_silence.min_writer | nearest"
            + " is min_writers;",
        "{services: [{group: a, binray: b}]} | services[0].binray | nearest is binary;",
        "{cluster: {typ: none}} | cluster.typ | nearest is type;",
        "{http: {prot: 1}} | http.prot | nearest is port;",
        "{http: {tls: {certificate: pom.xml, key: pom.xml, ca: x}}} | http.tls.ca | allowed are"
            + " certificate, client_ca, key",
        "{agent_check: {ports: 1}} | agent_check.ports | nearest is port;"
      })
  void anUnknownKeyNamesTheNearest(String yaml, String key, String rule) {
    oneFault(yaml, key, rule);
  }

  @Test
  void allFaultsAreToldTogether() {
    String yaml =
        """
        agent: {host: 5, start_timeout: x}
        services: [{version: -1}, {group: a, probe: {type: tcp}}]
        catalog: {uri: "mysql://h", create_tables: x}
        liveness: {verdict: x, report_interval: 1}
        evaluate: elected
        cluster: {type: x}
        http: {port: x}
        nonsense: 1
        """;
    assertThat(Configs.read(yaml).faults())
        .extracting(Fault::key)
        .containsExactlyInAnyOrder(
            "agent.host",
            "agent.start_timeout",
            "services[0].group",
            "services[0].version",
            "services[1].probe.address",
            "catalog.uri",
            "catalog.create_tables",
            "liveness.verdict",
            "liveness.report_interval",
            "evaluate",
            "cluster.type",
            "http.port",
            "nonsense");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{http: {port: 99999}, agent_check: {port: 8080}}",
        "{http: {host: ' '}, agent_check: {port: 8080}}",
        "{liveness: {report_interval: x, groups: {g: {service_down_time: 12s}}}}",
        "{liveness: {service_down_time: x}, catalog: {uri: 'redis://h?timeout=2'}}",
        "{http: {host: 0.0.0.0, token: '${env:NOPE}'}}",
        "{services: [{group: a, host: '..'}, {group: a}]}",
        "{services: [{group: a, binary: ' '}, {group: b, binary: a}]}",
        "{liveness: {backends: ['redis://h', 'redis://h']}}"
      })
  void oneFaultIsNotTheReasonForAnotherThatIsNone(String yaml) {
    assertThat(Configs.read(yaml).faults()).hasSize(1);
  }

  @Test
  void aFaultIsOneLineThatShowsTheValue() {
    assertThat(Configs.read("http: {port: 70000}").faults())
        .singleElement()
        .hasToString("http.port: given 70000; allowed is an integer from 0 to 65535");
    assertThat(Configs.read("evaluate: \"a\\n\\e[31mb\"").faults().get(0).toString())
        .startsWith("evaluate: given \"a??[31mb\"; ");
    assertThat(Configs.read("evaluate: " + "x".repeat(10_000)).faults().get(0).toString())
        .hasSizeLessThan(300);
  }
}
