import io.servicegroup.bus.ServiceGroup;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * A verticle of somebody else, who has the client's jar and vertx-core and no agent. What an
 * evaluator would say is said here, in the JSON of the contract.
 */
public final class WatchingVerticle extends VerticleBase {

  private ServiceGroup services;

  public static void main(String[] arguments) {
    Vertx vertx = Vertx.vertx();
    JsonObject member =
        new JsonObject()
            .put("group", "compute")
            .put("host", "host-1")
            .put("binary", "nova-compute")
            .put("uuid", "8f0c3c7e-0000-4000-8000-000000000001")
            .put("version", 5)
            .put("metadata", new JsonObject())
            .put("disabled", false)
            .put("disabled_reason", null)
            .put("forced_down", false)
            .put("status", "UP")
            .put("reason", "initial")
            .put("since", "2026-11-22T07:00:00.000Z")
            .put("last_seen_up", "2026-11-22T07:00:00.000Z")
            .put("incarnation", "7-1f3a")
            .put("stale", false);
    vertx
        .eventBus()
        .<JsonObject>consumer(
            "servicegroup.status.snapshot",
            asked ->
                asked.reply(
                    new JsonObject()
                        .put("epoch", "e1")
                        .put("seq", 1)
                        .put("stale", false)
                        .put("members", new JsonArray().add(member))));
    vertx.deployVerticle(new WatchingVerticle()).onFailure(WatchingVerticle::end);
  }

  @Override
  public Future<?> start() {
    services = ServiceGroup.create(vertx);
    services.onChange(
        change -> {
          System.out.println(change.id() + " is " + change.status());
          switch (change.status()) {
            case UP -> sayThatItIsDown();
            case DOWN -> askNobody();
            default -> end(new IllegalStateException("it is " + change.status()));
          }
        });
    return Future.succeededFuture();
  }

  private void sayThatItIsDown() {
    System.out.println(services.members("compute").size() + " member is in memory");
    vertx
        .eventBus()
        .publish(
            "servicegroup.status",
            new JsonObject()
                .put("epoch", "e1")
                .put("seq", 2)
                .put("group", "compute")
                .put("host", "host-1")
                .put("binary", "nova-compute")
                .put("status", "DOWN")
                .put("previous", "UP")
                .put("reason", "heartbeat_timeout")
                .put("incarnation", "7-1f3a")
                .put("at", "2026-11-22T07:00:20.000Z")
                .put("last_seen_up", "2026-11-22T07:00:00.000Z")
                .put("backend", "postgresql"));
  }

  /** There is no agent in this process, and a request says so. */
  private void askNobody() {
    services
        .leave(new MemberId("compute", "host-1"))
        .onComplete(
            left -> {
              System.out.println("a leave failed: " + left.cause().getMessage());
              System.exit(0);
            });
  }

  private static void end(Throwable failure) {
    failure.printStackTrace();
    System.exit(1);
  }
}
