package io.servicegroup.http;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroup;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * Serves {@code /health…} for process supervisors, orchestrators and load balancers. Every answer
 * is made from memory, so that no backend can delay it.
 */
final class HealthRoutes {

  private final LocalHealth health;
  private final ServiceGroup services;
  private final Set<MemberId> configured;
  private final boolean evaluates;

  HealthRoutes(
      LocalHealth health, ServiceGroup services, Set<MemberId> configured, boolean evaluates) {
    this.health = health;
    this.services = services;
    this.configured = configured;
    this.evaluates = evaluates;
  }

  void mount(Api api) {
    api.serveAlike("/health/live", Operation.getWithAnyQuery(this::live));
    api.serveAlike("/health/ready", Operation.getWithAnyQuery(this::ready));
    api.serveAlike("/health", Operation.get(this::local, "group", "host"));
    api.serveAlike("/health/groups/:group", Operation.get(this::group, "min"));
  }

  private void live(RoutingContext ctx) {
    Api.json(ctx, 200, new JsonObject().put("status", "UP").put("checks", new JsonArray()));
  }

  private void ready(RoutingContext ctx) {
    answer(ctx, health.ready(() -> !evaluates || firstVerdictsAreIn()));
  }

  private boolean firstVerdictsAreIn() {
    Snapshot known = services.snapshot(MemberFilter.ALL);
    return known.epoch() != null
        && known.members().stream().allMatch(HealthRoutes::hasVerdict)
        && configured.stream()
            .allMatch(id -> services.member(id).filter(HealthRoutes::hasVerdict).isPresent());
  }

  private static boolean hasVerdict(MemberView view) {
    return view.verdict().status() != Status.UNKNOWN;
  }

  private void local(RoutingContext ctx, Query query) {
    answer(
        ctx,
        health
            .services(query.text("group"), query.text("host"))
            .orElseThrow(
                () ->
                    new ServiceGroupException(
                        Refusal.MISSING, "no such service stands beside this agent")));
  }

  private void group(RoutingContext ctx, Query query) {
    int min = query.integer("min", 1, 0, Integer.MAX_VALUE);
    String group = Api.group(ctx);
    long available = services.members(group).stream().filter(MemberView::available).count();
    boolean enough = available >= min;
    JsonObject check =
        new JsonObject()
            .put("id", group)
            .put("status", enough ? "UP" : "DOWN")
            .put("reason", enough ? null : available + " available, " + min + " wanted");
    Api.json(
        ctx,
        enough ? 200 : 503,
        new JsonObject()
            .put("status", enough ? "UP" : "DOWN")
            .put("available", available)
            .put("checks", new JsonArray().add(check)));
  }

  private static void answer(RoutingContext ctx, LocalHealth.Report report) {
    JsonArray checks = new JsonArray();
    for (LocalHealth.Check check : report.checks()) {
      checks.add(
          new JsonObject()
              .put("id", check.id())
              .put("status", check.status().name())
              .put("reason", check.reason()));
    }
    Api.json(
        ctx,
        report.up() ? 200 : 503,
        new JsonObject().put("status", report.up() ? "UP" : "DOWN").put("checks", checks));
  }
}
