package io.servicegroup.runtime;

import java.net.UnknownHostException;

/** Whether a host's name stands for an address cannot be found out now. */
public final class NoNameServerException extends UnknownHostException {

  private static final long serialVersionUID = 1L;

  NoNameServerException(String message) {
    super(message);
  }
}
