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
 * What another verticle in the same JVM uses to know the members and to be told of changes:
 *
 * <pre>{@code
 * ServiceGroup services = ServiceGroup.create(vertx);
 * services.onChange(change -> log.info("{} is {}", change.id(), change.status()));
 * List<MemberView> workers = services.members("compute");
 * }</pre>
 *
 * <p>The event bus delivers at most once. This client makes that enough: it keeps a mirror, notices
 * by number when it has missed an event, asks for a snapshot, and tells its listeners exactly what
 * differs from what they were told before. So a listener hears of each change once, per member in
 * the order in which they happened; where events were lost it hears of the outcome only, and such
 * changes share the {@code seq} of their snapshot. What is known when a listener is added is told
 * in the same way, as changes from {@code UNKNOWN}.
 *
 * <p>Threads: listeners are called on the context on which {@link #create} was called, one at a
 * time. When a listener is called, the methods that read from memory already include its change.
 * Every method may be called from any thread; reads from another thread than that context's may
 * fall between two members' changes.
 */
public final class ServiceGroup {

  /** Ends a subscription. */
  @FunctionalInterface
  public interface Registration {
    /**
     * No further call will begin, also not from within a call, where more was to be told. May be
     * repeated.
     */
    void cancel();
  }

  /** Hears each event of an evaluator in the order of its number, without gaps. */
  public interface NumberedListener {
    /**
     * The mirror was replaced by a snapshot: at first, after lost events, with a new epoch.
     *
     * @param at the snapshot's place in the numbering; the next event is the one after it
     */
    void resynced(Digest at);

    /**
     * An event; the mirror includes it.
     *
     * @param change the event that follows the one before
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
            change -> listeners.tell(listener -> listener.accept(change)),
            new NumberedListener() {
              @Override
              public void resynced(Digest at) {
                numbered.tell(listener -> listener.resynced(at));
              }

              @Override
              public void next(StatusChange change) {
                numbered.tell(listener -> listener.next(change));
              }
            });
  }

  /**
   * Starts to mirror. Returns at once: the members are in memory a moment later, and listeners hear
   * of each.
   *
   * @param vertx whose event bus; the caller's context is where listeners will be called
   * @return the client; closed with the verticle that made it, or by {@link #close}
   */
  public static ServiceGroup create(Vertx vertx) {
    ServiceGroup client = new ServiceGroup(vertx);
    client.follower.start();
    return client;
  }

  /**
   * Asks to be told: first of the verdicts that are known, as changes from {@code UNKNOWN}, then of
   * each change.
   *
   * @param listener called on this client's context; whatever it throws is logged
   * @return ends it
   */
  public Registration onChange(Consumer<StatusChange> listener) {
    return listeners.add(
        listener,
        () ->
            mirror.known().stream()
                .<Consumer<Consumer<StatusChange>>>map(change -> told -> told.accept(change))
                .toList());
  }

  /**
   * Asks for every event with its number, for those who pass them on or keep a numbered copy.
   * Nobody else needs it.
   *
   * @param listener called on this client's context
   * @return ends it
   */
  public Registration follow(NumberedListener listener) {
    return numbered.add(
        listener,
        () ->
            mirror.digest().stream()
                .<Consumer<NumberedListener>>map(at -> told -> told.resynced(at))
                .toList());
  }

  /**
   * The members of a group, from memory.
   *
   * @param group the group
   * @return the members in order of host; empty where none is known
   */
  public List<MemberView> members(String group) {
    return snapshot(new MemberFilter(group, null, null, null)).members();
  }

  /**
   * One member, from memory.
   *
   * @param id group and host
   * @return the member, or empty where it is not known
   */
  public Optional<MemberView> member(MemberId id) {
    return mirror.member(id);
  }

  /**
   * Every member that the evaluator of this process watches, from memory.
   *
   * @return the members in order of group and host
   */
  public List<MemberView> all() {
    return snapshot(MemberFilter.ALL).members();
  }

  /**
   * Members with their place in the numbering of the changes, from memory.
   *
   * @param filter which members
   * @return the members; the epoch is null before the first answer of an evaluator
   */
  public Snapshot snapshot(MemberFilter filter) {
    return mirror.snapshot(filter);
  }

  /**
   * Asks the catalogue, which also knows members that nobody here watches.
   *
   * @param filter which members
   * @return the members; fails with {@link ServiceGroupException} only, as do all requests below
   */
  public Future<Snapshot> list(MemberFilter filter) {
    return Topics.LIST.request(vertx, filter, TIMEOUT);
  }

  /**
   * Makes a service a member, for which the agent of this process beats from now on. May be
   * repeated.
   *
   * @param spec the service
   * @return the member as stored; 409 where another group has its host and binary
   */
  public Future<MemberView> join(ServiceSpec spec) {
    return Topics.JOIN.request(vertx, spec, TIMEOUT).map(Topics.Joined::view);
  }

  /**
   * Ends a membership in good order; the catalogue keeps the member.
   *
   * @param id a member that the agent of this process beats for; 404 for others
   * @return when it is done
   */
  public Future<Void> leave(MemberId id) {
    return Topics.LEAVE.request(vertx, id, TIMEOUT);
  }

  /**
   * Changes what an operator may change, of any member.
   *
   * @param update the changes
   * @return the member as stored; 404 where there is none
   */
  public Future<MemberView> update(MemberUpdate update) {
    return Topics.UPDATE.request(vertx, update, TIMEOUT);
  }

  /**
   * Removes any member from the catalogue.
   *
   * @param id the member; 404 where there is none
   * @return when it is done
   */
  public Future<Void> delete(MemberId id) {
    return Topics.DELETE.request(vertx, id, TIMEOUT);
  }

  /**
   * The oldest and newest versions, for those who must not use what the oldest does not understand.
   *
   * @param group only of this group, or null
   * @param binary only of this binary, or null
   * @return one range per group and binary
   */
  public Future<List<VersionRange>> versions(String group, String binary) {
    return Topics.VERSIONS.request(vertx, new MemberFilter(group, null, binary, null), TIMEOUT);
  }

  /**
   * Ends the mirror; its last state stays readable, and no listener is called any more.
   *
   * @return when nothing is consumed any more
   */
  public Future<Void> close() {
    listeners.close();
    numbered.close();
    return follower.stop();
  }
}
