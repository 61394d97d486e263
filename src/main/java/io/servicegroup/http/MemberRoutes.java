package io.servicegroup.http;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Serves {@code /v1/groups/{group}/members…}: lists, joins, updates, leaves, deletions, beats. */
final class MemberRoutes {

  private final Vertx vertx;
  private final String defaultHost;
  private final History history;
  private final WriteAccess access;

  MemberRoutes(Vertx vertx, String defaultHost, History history, WriteAccess access) {
    this.vertx = vertx;
    this.defaultHost = defaultHost;
    this.history = history;
    this.access = access;
  }

  void mount(Api api, GroupRoutes groups) {
    api.serve(
        "/v1/groups/:group/members",
        Operation.get(groups::members, "status", "binary", "min_version"),
        Operation.of(HttpMethod.POST, this::join));
    api.serve(
        "/v1/groups/:group/members/:host",
        Operation.get(groups::member),
        Operation.of(HttpMethod.PATCH, this::update),
        Operation.of(HttpMethod.DELETE, this::delete));
    api.serve("/v1/groups/:group/members/:host/leave", Operation.of(HttpMethod.POST, this::leave));
    api.serveBeats(
        "/v1/groups/:group/members/:host/heartbeat", Operation.of(HttpMethod.PUT, this::beat));
  }

  private void join(RoutingContext ctx) {
    JsonObject body = JsonBody.required(ctx);
    putSame(body, "group", Api.group(ctx));
    if (body.getValue("host") == null) {
      body.put("host", defaultHost);
    }
    if (body.getValue("probe") == null) {
      body.put("probe", new JsonObject().put("type", "self"));
    }
    Topics.JOIN
        .requestBody(vertx, body, GroupRoutes.TIMEOUT)
        .onSuccess(
            joined -> {
              MemberId id = joined.view().member().id();
              history.add(id, "join", access.who(ctx), null, new JsonObject());
              ctx.response().putHeader("Location", Api.path(id));
              Api.json(
                  ctx,
                  joined.created() ? 201 : 200,
                  Topics.UPDATE.encodeAnswer().apply(joined.view()));
            })
        .onFailure(ctx::fail);
  }

  private void update(RoutingContext ctx) {
    MemberId id = Api.member(ctx);
    JsonObject changes = JsonBody.of(ctx);
    JsonObject body = changes.copy();
    putSame(body, "group", id.group());
    putSame(body, "host", id.host());
    changes.remove("group");
    changes.remove("host");
    Topics.UPDATE
        .requestBody(vertx, body, GroupRoutes.TIMEOUT)
        .onSuccess(
            view -> {
              String why = changes.getString("disabled_reason");
              history.add(id, "update", access.who(ctx), why, changes);
              Api.json(ctx, 200, Topics.UPDATE.encodeAnswer().apply(view));
            })
        .onFailure(ctx::fail);
  }

  private void delete(RoutingContext ctx) {
    MemberId id = memberWithoutBody(ctx);
    done(ctx, id, "delete", Topics.DELETE.request(vertx, id, GroupRoutes.TIMEOUT));
  }

  private void leave(RoutingContext ctx) {
    MemberId id = memberWithoutBody(ctx);
    done(ctx, id, "leave", Topics.LEAVE.request(vertx, id, GroupRoutes.TIMEOUT));
  }

  private void done(RoutingContext ctx, MemberId id, String action, Future<Void> answer) {
    answer
        .onSuccess(
            nothing -> {
              history.add(id, action, access.who(ctx), null, new JsonObject());
              ctx.response().setStatusCode(204).end();
            })
        .onFailure(ctx::fail);
  }

  /** Passes on a service's own beat, which is too frequent for the history. */
  private void beat(RoutingContext ctx) {
    Topics.HEARTBEAT_TOUCH
        .request(vertx, memberWithoutBody(ctx), GroupRoutes.TIMEOUT)
        .onSuccess(nothing -> ctx.response().setStatusCode(204).end())
        .onFailure(ctx::fail);
  }

  /** Reads the member of a request that must not have a body. */
  private static MemberId memberWithoutBody(RoutingContext ctx) {
    if (!JsonBody.of(ctx).isEmpty()) {
      throw new ServiceGroupException(Refusal.INVALID, "this takes no body");
    }
    return Api.member(ctx);
  }

  /** Puts a field of the path into the body. The body may have the same value, but no other. */
  private static void putSame(JsonObject body, String field, String value) {
    Object given = body.getValue(field);
    if (given != null && !given.equals(value)) {
      throw new ServiceGroupException(
          Refusal.INVALID, field + " differs between the path and the body");
    }
    body.put(field, value);
  }
}
