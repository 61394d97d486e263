package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wherever a secret is configured, soundly or not, nothing that is printed holds it. */
class MaskingTest {

  private static final String SECRET = "s3cr3t-Pa55";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "catalog: {uri: 'postgresql://u:SECRET@h/d?sslmode=x'}",
        "catalog: {uri: 'postgresql://u:SECRET@h:x/d'}",
        "catalog: {uri: 'postgresql://u:x/SECRET@h/d'}",
        "catalog: {uri: 'postgresql://u:x?SECRET@h/d'}",
        "catalog: {uri: 'postgresql://u:x@SECRET@h:0/d'}",
        "catalog: {uri: 'postgresql://u:x%zzSECRET@h/d'}",
        "catalog: {uri: 'postgresql://u:SECRET'}",
        "catalog: {uri: 'postgresql://h/d?password=SECRET'}",
        "catalog: {uri: 'mysql://u:SECRET@h/d'}",
        "catalog: {uri: 'u:SECRET@h/d'}",
        "catalog: {uri: ['postgresql://u:SECRET@h/d']}",
        "catalog: 'postgresql://u:SECRET@h/d'",
        "liveness: {backends: 'postgresql://u:SECRET@h/d'}",
        "liveness: {backends: ['redis://u:SECRET@h/d']}",
        "liveness: {backends: [{uri: 'postgresql://u:SECRET@h/d?a=b'}]}",
        "liveness: {backends: ['postgresql://u:SECRET@h/d?timeout=1']}",
        "http: {token: [SECRET]}",
        "http: {token: 'SECRET with spaces'}",
        "http: {tokne: SECRET}",
        "http: {token: '${env:S}', port: x}",
        "http: {port: '${env:S}'}",
        "http: {host: '${env:S}'}",
        "evaluate: '${env:S}'",
        "catalog: {uri: '${env:S}://h'}",
        "catalog: {uri: 'postgresql://${env:S}:x@h/d?timeout=1'}",
        "services: [{group: a, probe: {type: http, url: 'http://u:SECRET@h/', expect: 1}}]",
        "services: [{group: a, probe: {type: http, url: 'htp://u:SECRET@h/'}}]"
      })
  void faultsHoldNoSecret(String yaml) {
    Configs.Read read = Configs.read(yaml.replace("SECRET", SECRET), Map.of("S", SECRET));
    assertThat(read.faults()).isNotEmpty();
    String printed = read.faults().toString();
    assertThat(read.references().mask(printed)).doesNotContain(SECRET).doesNotContain("Pa55");
    if (!yaml.contains("${env")) {
      assertThat(printed).doesNotContain("Pa55");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "catalog: {uri: 'postgresql://u:SECRET@h/d'}",
        "catalog: {uri: 'postgresql://u:${env:S}@h/d'}",
        "catalog: {uri: 'postgresql://${env:S}@h/d'}",
        "catalog: {uri: '${env:U}'}",
        "catalog: {uri: 'postgresql://u:${file:FILE}@h/d'}",
        "http: {token: SECRET}",
        "http: {token: '${env:S}'}",
        "http: {token: '${file:FILE}'}",
        "services: [{group: a, metadata: {x: 'a ${env:S} b'}}]",
        "services: [{group: a, metadata: {password: SECRET, list: [{api_token: [SECRET]}]}}]",
        "services: [{group: a, probe: {type: http, url: 'http://u:SECRET@h/?token=SECRET'}}]",
        "services: [{group: a, probe: {type: http, url: 'http://h/?sig=SECRET&a=b'}}]",
        "services: [{group: a, probe: {type: http, url: 'http://h/?a=b&x-api-key=SECRET'}}]",
        "services: [{group: a, probe: {type: http, url: 'http://h/?next=/x?token=SECRET'}}]",
        "services: [{group: a, probe: {type: http, url: 'http://h/?token=x?SECRET&next=/x'}}]",
        "services: [{group: a, metadata: {see: 'https://h/?credentials=SECRET'}}]",
        "liveness: {backends: [{verticle: io.vertx.core.VerticleBase, name: x,"
            + " config: {secret: SECRET, uri: 'etcd://u:SECRET@h', other: '${env:S}'}}]}"
      })
  void theEffectiveConfigurationHoldsNoSecret(String yaml, @TempDir Path directory)
      throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), SECRET + "\n");
    Configs.Read read =
        Configs.read(
            yaml.replace("SECRET", SECRET).replace("FILE", file.toString()),
            Map.of("S", SECRET, "U", "postgresql://u:" + SECRET + "@h/d"));
    assertThat(read.effective()).contains("***").doesNotContain(SECRET).doesNotContain("Pa55");
    assertThat(read.sound().toString()).doesNotContain("token=Optional[");
  }

  @Test
  void aReferenceInsideAUriIsEncodedAndAWholeOneIsNot(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), "p@ss/w:rd?#%\n");
    assertThat(uri("postgresql://u:${file:" + file + "}@h/d", Map.of()).password())
        .isEqualTo("p@ss/w:rd?#%");
    assertThat(uri("${env:U}", Map.of("U", "postgres://u:p%40ss@h/d")).password())
        .isEqualTo("p@ss");
    assertThat(uri("postgresql://u@${env:HOSTS}/d", Map.of("HOSTS", "h1:1,h2")).hosts()).hasSize(2);
  }

  private static BackendUri uri(String text, Map<String, String> environment) {
    return Configs.read("", environment, "catalog.uri=" + text).sound().catalog().uri();
  }

  @Test
  void aReferenceMayStandForANumberOrAFlag() {
    AgentConfig config =
        Configs.read(
                "{http: {port: '${env:P}'}, agent: {leave_on_stop: '${env:F}',"
                    + " stop_timeout: '${env:D}'}}",
                Map.of("P", "9000", "F", "false", "D", "3s"))
            .sound();
    assertThat(config.http().port()).isEqualTo(9000);
    assertThat(config.agent().leaveOnStop()).isFalse();
    assertThat(Durations.text(config.agent().stopTimeout())).isEqualTo("3s");
  }
}
