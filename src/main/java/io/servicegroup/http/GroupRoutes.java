package io.servicegroup.http;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** {@code GET /v1/groups…} and {@code /v1/versions}: what the catalogue and the evaluator know. */
final class GroupRoutes {

  /** The catalogue has its own limits; this is the net below. */
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final ListGate gate;

  GroupRoutes(Vertx vertx, ListGate gate) {
    this.vertx = vertx;
    this.gate = gate;
  }

  void mount(Api api) {
    api.serve("/v1/groups", Operation.get(this::groups));
    api.serve("/v1/versions", Operation.get(this::versions, "group", "binary"));
  }

  private void groups(RoutingContext ctx) {
    gate.enter(ctx, () -> Api.json(ctx, list(MemberFilter.ALL).map(GroupRoutes::count)));
  }

  private Future<Snapshot> list(MemberFilter filter) {
    return Topics.LIST.request(vertx, filter, TIMEOUT);
  }

  private static JsonObject count(Snapshot snapshot) {
    Map<String, int[]> counts = new TreeMap<>();
    for (MemberView view : snapshot.members()) {
      int[] count = counts.computeIfAbsent(view.member().id().group(), group -> new int[5]);
      count[view.verdict().status().ordinal()]++;
      count[3] += view.member().disabled() ? 1 : 0;
      count[4]++;
    }
    JsonArray groups = new JsonArray();
    counts.forEach(
        (group, count) ->
            groups.add(
                new JsonObject()
                    .put("group", group)
                    .put("up", count[Status.UP.ordinal()])
                    .put("down", count[Status.DOWN.ordinal()])
                    .put("unknown", count[Status.UNKNOWN.ordinal()])
                    .put("disabled", count[3])
                    .put("total", count[4])));
    return new JsonObject()
        .put("epoch", snapshot.epoch())
        .put("seq", snapshot.seq())
        .put("stale", snapshot.stale())
        .put("groups", groups);
  }

  void members(RoutingContext ctx, Query query) {
    MemberFilter filter =
        new MemberFilter(
            Api.group(ctx),
            status(query.text("status")),
            query.text("binary"),
            query.integer("min_version", null, 0, Integer.MAX_VALUE));
    gate.enter(
        ctx,
        () ->
            Api.answer(
                ctx,
                Topics.LIST.requestAnswerBody(vertx, filter, TIMEOUT),
                list -> ListWriter.write(ctx, list, "members")));
  }

  private static Status status(String name) {
    for (Status status : Status.values()) {
      if (status.name().equalsIgnoreCase(name)) {
        return status;
      }
    }
    if (name == null) {
      return null;
    }
    throw new ServiceGroupException(
        Refusal.INVALID, "status must be one of UP, DOWN, UNKNOWN in the query");
  }

  void member(RoutingContext ctx) {
    MemberId id = Api.member(ctx);
    Api.json(
        ctx,
        list(MemberFilter.of(id))
            .map(snapshot -> Topics.UPDATE.encodeAnswer().apply(find(snapshot, id))));
  }

  private static MemberView find(Snapshot snapshot, MemberId id) {
    return snapshot.members().stream()
        .filter(view -> view.member().id().equals(id))
        .findFirst()
        .orElseThrow(() -> new ServiceGroupException(Refusal.MISSING, "there is no such member"));
  }

  private void versions(RoutingContext ctx, Query query) {
    MemberFilter filter = new MemberFilter(query.text("group"), null, query.text("binary"), null);
    Api.json(ctx, Topics.VERSIONS.requestAnswerBody(vertx, filter, TIMEOUT));
  }
}
