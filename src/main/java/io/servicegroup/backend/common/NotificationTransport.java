package io.servicegroup.backend.common;

import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * The means by which a technology sends and receives notifications.
 *
 * @param <C> the technology's connections
 */
public interface NotificationTransport<C extends NotificationTransport.Connection> {

  /**
   * Connects to the server that receives notifications now.
   *
   * @return a connection that is not subscribed yet; fails within the technology's own bound
   */
  Future<C> connect();

  /**
   * Sends a notification, on the path that all agents use.
   *
   * @param payload a short text
   * @return fails where the server refuses it, or does not answer within the technology's own bound
   */
  Future<?> announce(String payload);

  /**
   * Whether a failure is a server's refusal, for instance for want of a right, so that another
   * attempt soon is useless.
   *
   * @param failure of a subscription or an announcement
   * @return false where the server did not answer
   */
  boolean isRefusal(Throwable failure);

  /**
   * The warning that is logged once when notifications do not arrive.
   *
   * @param before whether notifications arrived earlier
   * @param why the refusal, or null where there was none
   * @return a sentence: cause, effect and what to do
   */
  String notArriving(boolean before, Throwable why);

  /**
   * The message that is logged when notifications arrive after such a warning.
   *
   * @return a sentence
   */
  String arriving();

  /** A connection that receives notifications. Used on one context. */
  interface Connection {

    /**
     * Subscribes.
     *
     * @param heard receives each payload
     * @return fails where the server refuses it, or does not answer within the technology's own
     *     bound
     */
    Future<Void> subscribe(Consumer<String> heard);

    /**
     * Checks that the connection is alive and leads to the right server.
     *
     * @return fails where the server does not answer, or another one is to be used
     */
    Future<Void> check();

    /** Whether the connection has ended for any reason. */
    boolean isClosed();

    /**
     * Sets what runs once when the connection ends. Whether it runs after {@link #close} is left to
     * the technology.
     *
     * @param then is run once at most
     */
    void onClosed(Runnable then);

    /**
     * Closes the connection.
     *
     * @return never fails
     */
    Future<Void> close();
  }
}
