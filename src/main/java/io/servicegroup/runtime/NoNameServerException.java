package io.servicegroup.runtime;

import java.net.UnknownHostException;

/** A host name could not be resolved because no name server answered; the name may exist. */
public final class NoNameServerException extends UnknownHostException {

  private static final long serialVersionUID = 1L;

  NoNameServerException(String message) {
    super(message);
  }
}
