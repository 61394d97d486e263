package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.Probe;
import io.servicegroup.runtime.Dialer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.function.Consumer;

/**
 * {@code http}: the service lives where a GET is answered with the expected status within the
 * timeout. Redirects are an answer and not followed. The body is thrown away; one of more than
 * {@value #MAX_BODY} bytes is not waited for.
 */
final class HttpProber implements Prober {

  static final int MAX_BODY = 65_536;

  private final Dialer dialer;
  private final HttpClient client;
  private final Probe.Http probe;
  private final ProbeLoop loop;

  HttpProber(
      Vertx vertx, Dialer dialer, HttpClient client, Lacks lacks, String name, Probe.Http probe) {
    this.dialer = dialer;
    this.client = client;
    this.probe = probe;
    this.loop =
        new ProbeLoop(
            vertx, lacks, name, probe.timing().interval(), probe.timing().timeout(), this::look);
  }

  @Override
  public void start(Consumer<ProbeResult> results) {
    loop.start(results);
  }

  @Override
  public Future<Void> stop() {
    return loop.stop();
  }

  private Future<Void> look(Attempt attempt) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setAbsoluteURI(probe.url().toString())
            .setFollowRedirects(false)
            .setConnectTimeout(Probers.netBelowMillis(probe.timing().timeout()))
            .putHeader("User-Agent", "servicegroup-agent");
    return dialer
        .dial(
            probe.host(),
            probe.port(),
            probe.timing().timeout().toMillis(),
            address -> client.request(new RequestOptions(options).setServer(address)),
            HttpClientRequest::reset)
        .compose(
            request -> {
              attempt.over().onComplete(settled -> request.reset());
              return request.send().compose(HttpProber::read);
            })
        .compose(
            status ->
                expected(status)
                    ? Future.succeededFuture()
                    : Future.failedFuture(new ProbeFailure("answered " + status)));
  }

  private static Future<Integer> read(HttpClientResponse response) {
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
