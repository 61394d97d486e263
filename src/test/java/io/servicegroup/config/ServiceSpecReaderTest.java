package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.model.Probe;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.ServiceTree;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceSpecReaderTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'group': 'g', 'host': 'h'}",
        "{'group': 'g', 'host': 'h', 'binary': 'b', 'version': 5,"
            + " 'metadata': {'a': null, 'b': [1, {'c': true}], 'd': {}}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'self'}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'tcp', 'address': '[::1]:80', 'hold': true,"
            + " 'interval': '1500ms', 'timeout': '1s', 'rise': 3, 'fall': 4}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'pid', 'pid': 4000000000}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'pid', 'pid_file': '/run/x', 'fall': 2}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'http', 'url': 'http://h/x?y=1',"
            + " 'expect': 204}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'http', 'url': 'https://h'}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'http', 'url': 'http://my_svc:9000/x'}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'http', 'url': 'http://u:p@my_svc/?a=b'}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'tcp', 'address': 'my_svc:9000'}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'http', 'url': 'https://h', 'method':"
            + " 'HEAD', 'headers': {'Authorization': 'Bearer x', 'X-Empty': ''}, 'tls': {'ca':"
            + " '/etc/ca.pem', 'verify': false, 'server_name': 'api.example.org'}}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'tcp', 'address': 'h:1', 'tls': {}}}",
        "{'group': 'g', 'host': 'h', 'probe': {'type': 'tcp', 'address': 'h:1',"
            + " 'tls': {'ca': '/etc/ca.pem', 'server_name': 'h.example.org'}}}"
      })
  void whatIsWrittenIsReadAgain(String json) {
    ServiceSpec spec = ServiceSpecReader.read(json(json));
    JsonObject written = new JsonObject(ServiceTree.write(spec));
    assertThat(ServiceSpecReader.read(written)).isEqualTo(spec);
    assertThat(ServiceSpecReader.read(new JsonObject(written.encode()))).isEqualTo(spec);
    assertThat(ServiceTree.read(written.getMap())).isEqualTo(spec);
    assertThat(ServiceTree.read(new JsonObject(written.encode()).getMap())).isEqualTo(spec);
  }

  @Test
  void whichProcessIsMeantIsSaidInsideOfTheAgentOnly() {
    ServiceSpec spec =
        ServiceSpecReader.withProcess(
            ServiceSpecReader.read(
                json("{'group': 'g', 'host': 'h', 'probe': {'type': 'pid', 'pid': 5}}")),
            new ProcessIdentity("boot/pid:[1]", 77));
    JsonObject written = new JsonObject(new JsonObject(ServiceTree.write(spec)).encode());
    assertThat(ServiceTree.read(written.getMap())).isEqualTo(spec);
    assertThatThrownBy(() -> ServiceSpecReader.read(written, "h"))
        .hasMessageContaining("probe.process");
    assertThatThrownBy(() -> ServiceSpecReader.read(written)).hasMessageContaining("probe.process");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type': 'self'} | ",
        "{'type': 'http', 'url': 'http://h/x?y=1', 'headers': {'Accept': 'a', 'HOST': 'b'}} | ",
        "{'type': 'http', 'url': 'http://h/health?keyspace=a&verbose&monkey=1'} | ",
        "{'type': 'http', 'url': 'http://h', 'headers': {'X-Key': 'a'}} | the header X-Key",
        "{'type': 'http', 'url': 'http://h', 'headers': {'Cookie': 'a', 'Accept': 'b',"
            + " 'Authorization': 'c'}} | the headers Cookie, Authorization",
        "{'type': 'http', 'url': 'http://u:p@h/'} | the url, which holds what looks like a"
            + " password",
        "{'type': 'http', 'url': 'http://u@h/'} | the url, which holds what looks like a password",
        "{'type': 'http', 'url': 'http://h/?token=a'} | the url, which holds what looks like a"
            + " password",
        "{'type': 'http', 'url': 'http://h/?a=1&api_key=b'} | the url, which holds what looks like"
            + " a password",
        "{'type': 'http', 'url': 'http://h/?credential=b'} | the url, which holds what looks like"
            + " a password",
        "{'type': 'http', 'url': 'http://h/?key=b'} | the url, which holds what looks like a"
            + " password",
        "{'type': 'http', 'url': 'http://h/?sig=b'} | the url, which holds what looks like a"
            + " password",
        "{'type': 'http', 'url': 'http://h/?%74oken=b'} | the url, which holds what looks like a"
            + " password"
      })
  void whatMayBeASecretIsNamedWithoutItsValue(String probe, String secret) {
    JsonObject service = json("{'group': 'g', 'host': 'h'}").put("probe", json(probe));
    assertThat(ProbeSecrets.of(ServiceSpecReader.read(service).probe()).orElse(null))
        .isEqualTo(secret);
  }

  @ParameterizedTest
  @CsvSource({
    "http://my_svc:9000/x, my_svc, 9000",
    "https://my_svc, my_svc, 443",
    "http://[::1]/, ::1, 80",
    "http://[::1]:81/, ::1, 81",
    "http://u:p@h:82, h, 82",
    "http://h:/, h, 80"
  })
  void anHttpProbeKnowsWhereItsUrlLeads(String url, String host, int port) {
    String text = "{'group': 'g', 'host': 'h', 'probe': {'type': 'http', 'url': '" + url + "'}}";
    Probe.Http probe = (Probe.Http) ServiceSpecReader.read(json(text)).probe();
    assertThat(probe.host()).isEqualTo(host);
    assertThat(probe.port()).isEqualTo(port);
  }

  @Test
  void theHostHasADefaultOnlyWhereOneIsGiven() {
    assertThat(ServiceSpecReader.read(json("{'group': 'g'}"), "here").id()).hasToString("g/here");
    assertThatThrownBy(() -> ServiceSpecReader.read(json("{'group': 'g'}")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("host");
  }

  @Test
  void everyFieldAtFaultIsNamed() {
    assertThatThrownBy(
            () ->
                ServiceSpecReader.read(
                    json("{'grup': 'g', 'version': 'x', 'probe': {'type': 'tcp', 'fall': 0}}")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("group", "host", "version", "probe.address", "probe.fall", "grup");
  }

  @Test
  void everyFaultOfATargetIsNamedAndNoHeaderIsShown() {
    assertThatThrownBy(
            () ->
                ServiceSpecReader.read(
                    json(
                        "{'group': 'g', 'host': 'h', 'probe': {'type': 'http', 'url': 'http://h',"
                            + " 'method': 'GRAB', 'headers': {'a b': 'x', 'Token': 'hunter2\\n"
                            + "two'}, 'tls': {'verify': 1, 'server_name': 'a b', 'cafile':"
                            + " 'x'}}}")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "probe.method",
            "OPTIONS",
            "probe.headers.a b",
            "probe.headers.Token",
            "probe.tls: ",
            "probe.tls.verify",
            "probe.tls.server_name",
            "probe.tls.cafile")
        .message()
        .doesNotContain("hunter2");
  }

  @Test
  void aJoinReadsNoFileOfThisMachine() {
    ServiceSpec spec =
        ServiceSpecReader.read(
            json(
                "{'group': '${env:HOME}', 'host': 'h', 'metadata': {'a': '${file:/etc/passwd}'}}"));
    assertThat(spec.id().group()).isEqualTo("${env:HOME}");
    assertThat(spec.metadata()).containsEntry("a", "${file:/etc/passwd}");
  }

  @Test
  void hugeAndDeepBodiesAreRefusedWithAShortSentence() {
    assertThatThrownBy(
            () ->
                ServiceSpecReader.read(
                    new JsonObject().put("group", "g".repeat(10_000)).put("host", "h")))
        .message()
        .hasSizeLessThan(300);
    JsonObject deep = new JsonObject();
    for (int i = 0; i < 1000; i++) {
      deep = new JsonObject().put("a", deep);
    }
    JsonObject body = new JsonObject().put("group", "g").put("host", "h").put("metadata", deep);
    assertThatThrownBy(() -> ServiceSpecReader.read(body))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nested");
  }

  private static JsonObject json(String text) {
    return new JsonObject(text.replace('\'', '"'));
  }
}
