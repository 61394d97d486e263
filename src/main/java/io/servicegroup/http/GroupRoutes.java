package io.servicegroup.http;

import io.servicegroup.bus.MemberText;
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

/** Serves what {@code /v1/groups…} and {@code /v1/versions} answer to GET. */
final class GroupRoutes {

  /** The limit of a request over the event bus. The catalogue's own limits are shorter. */
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final ListLimiter limiter;

  GroupRoutes(Vertx vertx, ListLimiter limiter) {
    this.vertx = vertx;
    this.limiter = limiter;
  }

  void mount(Api api) {
    api.serve("/v1/groups", Operation.get(this::groups));
    api.serve("/v1/versions", Operation.get(this::versions, "group", "binary"));
  }

  private void groups(RoutingContext ctx) {
    limiter.enter(ctx, () -> Api.json(ctx, list(MemberFilter.ALL).map(GroupRoutes::count)));
  }

  private Future<Snapshot> list(MemberFilter filter) {
    return Topics.LIST.requestHere(vertx, filter, TIMEOUT);
  }

  /** The numbers of a group's members. */
  private static final class GroupCount {
    private int up;
    private int down;
    private int unknown;
    private int disabled;

    void add(MemberView view) {
      switch (view.verdict().status()) {
        case UP -> up++;
        case DOWN -> down++;
        case UNKNOWN -> unknown++;
      }
      if (view.member().disabled()) {
        disabled++;
      }
    }

    JsonObject json(String group) {
      return new JsonObject()
          .put("group", group)
          .put("up", up)
          .put("down", down)
          .put("unknown", unknown)
          .put("disabled", disabled)
          .put("total", up + down + unknown);
    }
  }

  private static JsonObject count(Snapshot snapshot) {
    Map<String, GroupCount> counts = new TreeMap<>();
    for (MemberView view : snapshot.members()) {
      counts.computeIfAbsent(view.member().id().group(), group -> new GroupCount()).add(view);
    }
    JsonArray groups = new JsonArray();
    counts.forEach((group, count) -> groups.add(count.json(group)));
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
    limiter.enter(
        ctx,
        () ->
            Api.answer(
                ctx,
                list(filter),
                list ->
                    ListWriter.write(
                        ctx,
                        MemberText.head(list),
                        "members",
                        list.members(),
                        new MemberText()::append)));
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
