package io.servicegroup.http;

import io.vertx.core.Future;
import io.vertx.core.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;

/** Says which key to change where a port cannot be listened on. */
final class ListenFailure {

  private ListenFailure() {}

  /**
   * Fails with one sentence for whoever has to change the configuration.
   *
   * @param key the port's key
   * @param host the address
   * @param port the port
   * @param failure what happened
   * @return a failed future
   */
  static <T> Future<T> of(String key, String host, int port, Throwable failure) {
    String where = isAboutCertificates(failure) ? "http.tls" : key;
    return Future.failedFuture(
        new IllegalStateException(
            where + ": cannot listen on " + host + ":" + port + ": " + failure.getMessage(),
            failure));
  }

  private static boolean isAboutCertificates(Throwable failure) {
    return failure instanceof FileSystemException
        || failure instanceof GeneralSecurityException
        || failure instanceof NoSuchFileException;
  }
}
