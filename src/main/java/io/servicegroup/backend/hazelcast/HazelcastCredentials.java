package io.servicegroup.backend.hazelcast;

import com.hazelcast.security.Credentials;
import com.hazelcast.security.ICredentialsFactory;
import com.hazelcast.security.UsernamePasswordCredentials;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Secrets;
import javax.security.auth.callback.CallbackHandler;

/**
 * The name and password of a client. They are read again for each connection, so that a password
 * that was changed in its file is used without a restart. Hazelcast calls this on its own threads.
 */
final class HazelcastCredentials implements ICredentialsFactory {

  private final BackendUri uri;

  HazelcastCredentials(BackendUri uri) {
    this.uri = uri;
  }

  @Override
  public void configure(CallbackHandler handler) {
    // Hazelcast's properties are not needed: the URI has the credentials.
  }

  @Override
  public Credentials newCredentials() {
    BackendUri now = Secrets.present(uri);
    return new UsernamePasswordCredentials(now.user(), now.password());
  }

  @Override
  public void destroy() {
    // There is nothing to release.
  }
}
