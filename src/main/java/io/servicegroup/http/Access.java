package io.servicegroup.http;

import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.Secrets;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * Who may write: whoever brings the token, where one is set; and no page of another site, which a
 * browser on this machine may have open.
 */
final class Access implements Handler<RoutingContext> {

  private static final String BEARER = "bearer ";

  private final Optional<String> token;

  Access(AgentConfig.Http config) {
    this.token = config.token();
  }

  @Override
  public void handle(RoutingContext ctx) {
    if (token.isEmpty()) {
      decide(ctx, Optional.empty());
      return;
    }
    // The token may have to be read from its file; the body waits for so long.
    ctx.request().pause();
    Secrets.now(ctx.vertx(), token.get())
        .onComplete(
            now -> {
              decide(ctx, Optional.of(digest(now.result())));
              ctx.request().resume();
            });
  }

  private void decide(RoutingContext ctx, Optional<byte[]> digest) {
    HttpServerRequest request = ctx.request();
    if (digest.isPresent() && !brings(request, digest.get())) {
      ctx.response().putHeader("WWW-Authenticate", "Bearer realm=\"servicegroup\"");
      Problem.send(request, 401, "this needs the header Authorization: Bearer with the token");
    } else if (isForeign(request)) {
      Problem.send(request, 403, "pages of other sites may not write here");
    } else {
      ctx.next();
    }
  }

  /**
   * Who a request came from, for the history.
   *
   * @param ctx the request
   * @return whether it was authenticated, and the remote address
   */
  String who(RoutingContext ctx) {
    String principal = token.isPresent() ? "token" : "anonymous";
    return principal + "@" + ctx.request().remoteAddress().hostAddress();
  }

  private static boolean brings(HttpServerRequest request, byte[] tokenDigest) {
    String header = request.getHeader("Authorization");
    if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return false;
    }
    byte[] brought = digest(header.substring(BEARER.length()).trim());
    return MessageDigest.isEqual(brought, tokenDigest);
  }

  /** Digests are of equal length, so that comparing takes as long whatever was brought. */
  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private boolean isForeign(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    String host = request.getHeader("Host");
    if (origin == null) {
      return false;
    }
    try {
      URI uri = URI.create(origin);
      boolean same = uri.getAuthority() != null && uri.getAuthority().equalsIgnoreCase(host);
      // A name that anybody's DNS may point here proves nothing; the token does.
      return !same || (token.isEmpty() && !isLocal(uri.getHost()));
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  private static boolean isLocal(String host) {
    return host != null && (host.equals("localhost") || host.matches("[0-9.]+|\\[[0-9a-fA-F:.]+]"));
  }
}
