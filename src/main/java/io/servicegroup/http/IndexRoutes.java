package io.servicegroup.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Serves {@code /}, a list of the paths, and {@code /openapi.yaml}, their description. */
final class IndexRoutes {

  private static final String DESCRIPTION = "openapi.yaml";
  private final Buffer description;

  private IndexRoutes(Buffer description) {
    this.description = description;
  }

  /** Reads {@code openapi.yaml} from the class path. */
  static Future<IndexRoutes> load(Vertx vertx) {
    return vertx.executeBlocking(
        () -> {
          try (InputStream in = IndexRoutes.class.getResourceAsStream(DESCRIPTION)) {
            if (in == null) {
              throw new IOException(DESCRIPTION + " is missing in the jar");
            }
            return new IndexRoutes(Buffer.buffer(in.readAllBytes()));
          }
        });
  }

  void mount(Api api) {
    api.serve("/openapi.yaml", Operation.getWithAnyQuery(this::describe));
    // Every other path was mounted before, so that the list is complete.
    List<String> links = api.links();
    api.serve("/", Operation.getWithAnyQuery(ctx -> links(ctx, links)));
  }

  private static void links(RoutingContext ctx, List<String> links) {
    ctx.response().putHeader("Vary", "Accept");
    String accept = ctx.request().getHeader("Accept");
    if (accept != null && accept.contains("text/html")) {
      ctx.response().putHeader("Content-Type", "text/html; charset=utf-8").end(page(links));
    } else {
      Api.json(
          ctx,
          200,
          new JsonObject().put("name", "servicegroup").put("links", new JsonArray(links)));
    }
  }

  private static String page(List<String> links) {
    StringBuilder page =
        new StringBuilder(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<title>servicegroup</title></head><body><h1>servicegroup</h1>\n<ul>\n");
    for (String link : links) {
      boolean needsName = link.contains("{");
      page.append("<li>")
          .append(needsName ? link : "<a href=\"" + link + "\">" + link + "</a>")
          .append("</li>\n");
    }
    return page.append("</ul></body></html>\n").toString();
  }

  private void describe(RoutingContext ctx) {
    ctx.response().putHeader("Content-Type", "application/yaml").end(description);
  }
}
