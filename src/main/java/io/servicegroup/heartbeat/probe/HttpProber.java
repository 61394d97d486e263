package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.Probe;
import io.servicegroup.runtime.Dialer;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.util.function.Consumer;

/**
 * The probe {@code http}: the service lives where a request is answered with the expected status
 * within the timeout. A redirect is an answer and not followed. The body is discarded; the end of
 * one with more than {@value #MAX_BODY} bytes is not waited for.
 */
final class HttpProber implements Prober {

  static final int MAX_BODY = 65_536;

  private final Dialer dialer;

  /** A look that hangs must not keep the next one waiting for a connection. */
  private static final int MOST_CONNECTIONS = 1_000;

  private static final long CLOSE_MILLIS = 1_000;

  private final Vertx vertx;
  private final HttpClient client;
  private final Probe.Http probe;
  private final DescriptorReserve reserve;
  private final ProbeTls tls;
  private final ProbeLoop loop;

  HttpProber(Vertx vertx, Probers.Connections shared, String name, Probe.Http probe) {
    this.vertx = vertx;
    this.dialer = shared.dialer();
    this.probe = probe;
    this.reserve = shared.reserve();
    int netBelow = Probers.netBelowMillis(probe.timing().timeout());
    this.tls =
        "https".equalsIgnoreCase(probe.url().getScheme())
            ? new ProbeTls(shared.files(), probe.tls(), probe.host(), netBelow)
            : null;
    // Each probe has its own client, because the connect timeout is a setting of the client. Each
    // look opens a new connection, because one that the service closes at the very moment of its
    // reuse would be a false alarm.
    this.client =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setKeepAlive(false)
                    .setForceSni(tls != null && tls.isAnnounced())
                    .setConnectTimeout(netBelow))
            .with(new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS).setCleanerPeriod(0))
            .withConnectHandler(connection -> connection.exceptionHandler(Probers::closeFollows))
            .build();
    this.loop =
        new ProbeLoop(
            vertx,
            shared.lackLog(),
            name,
            probe.timing().interval(),
            probe.timing().timeout(),
            this::look);
  }

  @Override
  public void start(Consumer<ProbeResult> results) {
    loop.start(results);
  }

  @Override
  public Future<Void> stop() {
    return loop.stop().eventually(this::close);
  }

  /**
   * Bounded, because the client may never say that it closed where a connection fails meanwhile.
   */
  private Future<Void> close() {
    return OnContext.within(vertx, CLOSE_MILLIS, client.close()).otherwiseEmpty();
  }

  private Future<Void> look(Attempt attempt) {
    RequestOptions options =
        target()
            .setMethod(HttpMethod.valueOf(probe.method()))
            .setFollowRedirects(false)
            .setConnectTimeout(Probers.netBelowMillis(probe.timing().timeout()))
            .putHeader("User-Agent", "servicegroup-agent");
    probe.headers().forEach(options::putHeader);
    if (tls == null) {
      return ask(options, attempt);
    }
    return tls.options(attempt)
        .compose(
            trusted -> {
              options.setSslOptions(trusted);
              if (!tls.name().equals(probe.host())) {
                options.setHost(tls.name());
                if (!options.getHeaders().contains(HttpHeaders.HOST)) {
                  options.putHeader(HttpHeaders.HOST, authority());
                }
              }
              return ask(options, attempt);
            });
  }

  private RequestOptions target() {
    return new RequestOptions().setAbsoluteURI(probe.url().toString());
  }

  /** The host that is asked, although TLS announces another name. */
  private String authority() {
    String host = probe.host().contains(":") ? "[" + probe.host() + "]" : probe.host();
    return HostAndPort.authority(host, probe.port()).toString();
  }

  private Future<Void> ask(RequestOptions options, Attempt attempt) {
    attempt.waitsFor("no connection");
    return dialer
        .dial(
            probe.host(),
            probe.port(),
            probe.timing().timeout().toMillis(),
            address -> connect(options, address),
            HttpClientRequest::reset)
        .compose(
            request -> {
              attempt.waitsFor("no answer");
              attempt.over().onComplete(settled -> request.reset());
              return request.send().compose(response -> read(response, attempt));
            })
        .compose(
            status ->
                expected(status)
                    ? Future.succeededFuture()
                    : Future.failedFuture(new ProbeFailure("answered " + status)));
  }

  private Future<HttpClientRequest> connect(RequestOptions options, SocketAddress address) {
    reserve.take();
    return client.request(new RequestOptions(options).setServer(address));
  }

  private static Future<Integer> read(HttpClientResponse response, Attempt attempt) {
    attempt.waitsFor("answered " + response.statusCode() + ", but the answer did not end");
    Promise<Integer> status = Promise.promise();
    int[] discarded = {0};
    response
        .exceptionHandler(status::tryFail)
        .endHandler(nothing -> status.tryComplete(response.statusCode()))
        .handler(
            data -> {
              discarded[0] += data.length();
              if (discarded[0] > MAX_BODY) {
                status.tryComplete(response.statusCode());
              }
            });
    return status.future();
  }

  private boolean expected(int status) {
    return probe.expect() == 0 ? status >= 200 && status < 400 : status == probe.expect();
  }
}
