package io.servicegroup.runtime;

import io.netty.channel.EventLoopGroup;
import io.vertx.core.impl.transports.NioTransport;
import java.util.concurrent.ThreadFactory;

/**
 * Lets connections be accepted on the event loops that serve them. Vert.x keeps a thread for that
 * alone, which pays where connections come by the thousand; a sidecar is asked a few times a
 * second.
 */
public final class SharedLoops extends NioTransport {

  private EventLoopGroup loops;

  /** Makes the transport of one Vert.x. */
  public SharedLoops() {}

  /** Makes the event loops; Vert.x asks for those that serve before those that accept. */
  @Override
  public synchronized EventLoopGroup eventLoopGroup(
      int type, int threads, ThreadFactory factory, int ioRatio) {
    if (type == ACCEPTOR_EVENT_LOOP_GROUP && loops != null) {
      return loops;
    }
    EventLoopGroup made = super.eventLoopGroup(type, threads, factory, ioRatio);
    if (type == IO_EVENT_LOOP_GROUP) {
      loops = made;
    }
    return made;
  }
}
