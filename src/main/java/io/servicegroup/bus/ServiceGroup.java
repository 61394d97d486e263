package io.servicegroup.bus;

import io.servicegroup.model.Digest;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.VersionRange;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The client with which another verticle of the same JVM reads the members and learns of changes:
 *
 * <pre>{@code
 * ServiceGroup services = ServiceGroup.create(vertx);
 * services.onChange(change -> log.info("{} is {}", change.id(), change.status()));
 * List<MemberView> workers = services.members("compute");
 * }</pre>
 *
 * <p>The event bus may lose messages. This client therefore keeps a mirror of the members, notices
 * by the numbers of the events when it missed one, requests a snapshot, and tells its listeners
 * exactly what differs from what they were told before. So a listener is told each change once, and
 * the changes of one member in their order. Where events were lost it is told only the outcome, in
 * changes that all have the {@code seq} of the snapshot. A new listener is told the present
 * verdicts in the same way, as changes from {@code UNKNOWN}.
 *
 * <p>Threads: listeners are called on the context on which {@link #create} was called, one at a
 * time. When a listener is called, the methods that read from memory already include the change.
 * Every method may be called from any thread; a read from a thread other than that context's may
 * see the change of one member and not yet that of another.
 */
public final class ServiceGroup {

  /** Ends a subscription. */
  @FunctionalInterface
  public interface Registration {
    /**
     * Makes sure that no further call begins, also where it is called by the listener itself and
     * more changes were to follow. May be called again.
     */
    void cancel();
  }

  /** Receives each event of an evaluator in the order of the numbers, without gaps. */
  public interface NumberedListener {
    /**
     * Tells that a snapshot replaced the mirror: the first one, one after lost events, or one of a
     * new epoch.
     *
     * @param at the snapshot's epoch and number; the next event is the one after it
     */
    void resynced(Digest at);

    /**
     * Tells an event, which the mirror already includes.
     *
     * @param change the event that follows the last one
     */
    void next(StatusChange change);
  }

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final ServiceGroupMirror mirror = new ServiceGroupMirror();
  private final ServiceGroupFollower follower;
  private final Subscribers<Consumer<StatusChange>> listeners;
  private final Subscribers<NumberedListener> numbered;

  private ServiceGroup(Vertx vertx) {
    this.vertx = vertx;
    Context context = vertx.getOrCreateContext();
    this.listeners = new Subscribers<>(context);
    this.numbered = new Subscribers<>(context);
    this.follower =
        new ServiceGroupFollower(
            vertx,
            context,
            mirror,
            change -> listeners.callAll(listener -> listener.accept(change)),
            new NumberedListener() {
              @Override
              public void resynced(Digest at) {
                numbered.callAll(listener -> listener.resynced(at));
              }

              @Override
              public void next(StatusChange change) {
                numbered.callAll(listener -> listener.next(change));
              }
            });
  }

  /**
   * Starts a client. Returns at once; the members are in memory a moment later, and listeners are
   * told each of them.
   *
   * @param vertx whose event bus is used; listeners are called on the context of the caller
   * @return the client, which ends with the verticle that made it or with {@link #close}
   */
  public static ServiceGroup create(Vertx vertx) {
    ServiceGroup client = new ServiceGroup(vertx);
    client.follower.start();
    return client;
  }

  /**
   * Adds a listener. It is told the present verdicts first, as changes from {@code UNKNOWN}, and
   * then each change.
   *
   * @param listener called on this client's context; an exception of it is logged
   * @return cancels the subscription
   */
  public Registration onChange(Consumer<StatusChange> listener) {
    return listeners.add(listener, mirror::known, Consumer::accept);
  }

  /**
   * Adds a listener that receives every event with its number. Only verticles that pass the events
   * on, or keep a numbered copy of them, need it.
   *
   * @param listener called on this client's context
   * @return cancels the subscription
   */
  public Registration follow(NumberedListener listener) {
    return numbered.add(
        listener, () -> mirror.digest().stream().toList(), NumberedListener::resynced);
  }

  /**
   * Reads the members of a group from memory.
   *
   * @param group the group
   * @return the members in order of host; empty where none is known
   */
  public List<MemberView> members(String group) {
    return snapshot(new MemberFilter(group, null, null, null)).members();
  }

  /**
   * Reads one member from memory.
   *
   * @param id the member's group and host
   * @return the member, or empty where it is not known
   */
  public Optional<MemberView> member(MemberId id) {
    return mirror.member(id);
  }

  /**
   * Reads from memory every member that the evaluator of this process watches.
   *
   * @return the members in order of group and host
   */
  public List<MemberView> all() {
    return snapshot(MemberFilter.ALL).members();
  }

  /**
   * Reads members from memory, with the epoch and the number of the last change that they include.
   *
   * @param filter selects the members
   * @return the members; the epoch is null before the first answer of an evaluator
   */
  public Snapshot snapshot(MemberFilter filter) {
    return mirror.snapshot(filter);
  }

  /**
   * Requests members from the catalogue, which also has those that this process does not watch.
   *
   * @param filter selects the members
   * @return the members; fails with {@link ServiceGroupException} only, as do all requests below
   */
  public Future<Snapshot> list(MemberFilter filter) {
    return Topics.LIST.request(vertx, filter, TIMEOUT);
  }

  /**
   * Makes a service a member, and lets the agent of this process beat for it. May be repeated.
   *
   * @param spec the service
   * @return the member as it is stored; fails with 409 where another group has its host and binary
   */
  public Future<MemberView> join(ServiceSpec spec) {
    return Topics.JOIN.request(vertx, spec, TIMEOUT).map(Topics.Joined::view);
  }

  /**
   * Ends a membership; the catalogue keeps the member.
   *
   * @param id a member that the agent of this process beats for
   * @return completes when the member has left; fails with 404 for a member of another agent
   */
  public Future<Void> leave(MemberId id) {
    return Topics.LEAVE.request(vertx, id, TIMEOUT);
  }

  /**
   * Changes what an operator may change; for any member.
   *
   * @param update the changes
   * @return the member as it is stored; fails with 404 where it does not exist
   */
  public Future<MemberView> update(MemberUpdate update) {
    return Topics.UPDATE.request(vertx, update, TIMEOUT);
  }

  /**
   * Removes a member from the catalogue; for any member.
   *
   * @param id the member
   * @return completes when it is removed; fails with 404 where it does not exist
   */
  public Future<Void> delete(MemberId id) {
    return Topics.DELETE.request(vertx, id, TIMEOUT);
  }

  /**
   * Requests the smallest and the greatest versions, for callers that may only use what the oldest
   * version understands.
   *
   * @param group the group, or null for all groups
   * @param binary the binary, or null for all binaries
   * @return one range per group and binary
   */
  public Future<List<VersionRange>> versions(String group, String binary) {
    return Topics.VERSIONS.request(vertx, new MemberFilter(group, null, binary, null), TIMEOUT);
  }

  /**
   * Ends this client. The last state stays readable, and no listener is called any more.
   *
   * @return completes when the client consumes no address any more
   */
  public Future<Void> close() {
    listeners.close();
    numbered.close();
    return follower.stop();
  }
}
