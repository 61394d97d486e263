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
 * Lets only authorised writes pass. A write needs the token where one is configured, and is refused
 * where it comes from a page of another site, which a browser on this machine may have open.
 */
final class WriteAccess implements Handler<RoutingContext> {

  private static final String BEARER = "bearer ";

  private final Optional<String> token;

  WriteAccess(AgentConfig.Http config) {
    this.token = config.token();
  }

  @Override
  public void handle(RoutingContext ctx) {
    if (token.isEmpty()) {
      decide(ctx, Optional.empty());
      return;
    }
    // The token may have to be read from a file; until then the body stays unread.
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
    if (digest.isPresent() && !hasToken(request, digest.get())) {
      ctx.response().putHeader("WWW-Authenticate", "Bearer realm=\"servicegroup\"");
      Problem.send(request, 401, "this needs the header Authorization: Bearer with the token");
    } else if (isFromAnotherSite(request)) {
      Problem.send(request, 403, "pages of other sites may not write here");
    } else {
      ctx.next();
    }
  }

  /**
   * Names the sender of a request, for the history.
   *
   * @param ctx the request
   * @return whether the sender was authenticated, and its address
   */
  String who(RoutingContext ctx) {
    String principal = token.isPresent() ? "token" : "anonymous";
    return principal + "@" + ctx.request().remoteAddress().hostAddress();
  }

  private static boolean hasToken(HttpServerRequest request, byte[] tokenDigest) {
    String header = request.getHeader("Authorization");
    if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return false;
    }
    byte[] given = digest(header.substring(BEARER.length()).trim());
    return MessageDigest.isEqual(given, tokenDigest);
  }

  /** Makes a digest: digests have one length, so that a comparison always takes the same time. */
  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private boolean isFromAnotherSite(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    String host = request.getHeader("Host");
    if (origin == null) {
      return false;
    }
    try {
      URI uri = URI.create(origin);
      boolean same = uri.getAuthority() != null && uri.getAuthority().equalsIgnoreCase(host);
      // Without a token only addresses and localhost are trusted: another site's host name may
      // resolve to this machine, so that its page has the same origin as the agent.
      return !same || (token.isEmpty() && !isLocal(uri.getHost()));
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  private static boolean isLocal(String host) {
    return host != null && (host.equals("localhost") || host.matches("[0-9.]+|\\[[0-9a-fA-F:.]+]"));
  }
}
