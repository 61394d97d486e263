package io.servicegroup.faults;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.Services;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.BackendServer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All that an agent of the release before left in a store of documents, in a real one. */
@Timeout(120)
class OlderAgentsStoresIT {

  private static List<JsonArray> wrote(Technology technology) throws Exception {
    String file = "/io/servicegroup/upgrade/" + technology.text() + ".json";
    try (InputStream in = OlderAgentsStoresIT.class.getResourceAsStream(file)) {
      JsonArray things = new JsonObject(Buffer.buffer(in.readAllBytes())).getJsonArray("things");
      return things.stream().map(JsonArray.class::cast).toList();
    }
  }

  private static String told(Member member) {
    return "%s %s %d %b %s %b %d"
        .formatted(
            member.id(),
            member.binary(),
            member.version(),
            member.disabled(),
            member.disabledReason(),
            member.forcedDown(),
            member.wordsOrder());
  }

  @ParameterizedTest
  @EnumSource(names = {"REDIS", "MEMCACHED", "ZOOKEEPER", "HAZELCAST"})
  void isReadChangedAndDeletedAsOurOwn(Technology technology) throws Exception {
    Vertx vertx = Vertx.vertx();
    try (BackendServer server = technology.start()) {
      StoredThings.load(server, wrote(technology));
      BackendUri uri = BackendUri.parse(server.uri());
      ServiceCatalog catalog =
          io.servicegroup.backend.Technology.of(uri.scheme())
              .catalog(vertx, new AgentConfig.Catalog(uri, CreateTables.ALL));
      await(catalog.open());

      assertThat(await(catalog.list(MemberFilter.ALL)))
          .extracting(OlderAgentsStoresIT::told)
          .containsExactlyInAnyOrder(
              "compute/h1 nova-compute 5 true broken disk false 0",
              "compute/h2 nova-compute 7 false null true 0",
              "compute/h4 nova-compute 5 false null false 0",
              "other/h1 worker 0 false null false 0");
      Member h1 = await(catalog.find(new MemberId("compute", "h1")));
      assertThat(h1.metadata()).containsEntry("zone", "az1").containsEntry("cores", 16);
      assertThat(h1.metadata()).containsEntry("nothing", null);
      assertThat(h1.uuid()).hasSize(36);
      Member said = await(catalog.update(Services.update("h1", null, null, true)));
      assertThat(said.disabledReason()).isEqualTo("broken disk");
      assertThat(said.forcedDown()).isTrue();
      assertThat(said.wordsOrder()).isPositive();
      await(catalog.delete(new MemberId("compute", "h4")));
      assertThat(await(catalog.list(MemberFilter.ALL))).hasSize(3).contains(said);
      await(catalog.close());
    } finally {
      await(vertx.close());
    }
  }
}
