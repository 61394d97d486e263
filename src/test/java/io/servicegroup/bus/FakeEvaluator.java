package io.servicegroup.bus;

import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Digest;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.Verdict;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;

/**
 * Replaces the evaluator on a test's bus, and can lose messages. Thread-safe, so that tests may use
 * it from their own thread.
 */
public final class FakeEvaluator {

  public static final Instant NOW = Instant.parse("2026-11-22T07:00:00Z");

  private final Vertx vertx;
  private final Map<MemberId, MemberView> members = new TreeMap<>();
  private String epoch = "e1";
  private long seq;
  private int snapshots;
  private Runnable beforeAnswer = () -> {};

  public FakeEvaluator(Vertx vertx) {
    this.vertx = vertx;
  }

  public FakeEvaluator serve() {
    Topics.STATUS_SNAPSHOT.serve(vertx, filter -> Future.succeededFuture(answer(filter)));
    Topics.LIST.serve(vertx, filter -> Future.succeededFuture(snapshot(filter)));
    return this;
  }

  private Snapshot answer(MemberFilter filter) {
    Runnable before;
    synchronized (this) {
      snapshots++;
      before = beforeAnswer;
      beforeAnswer = () -> {};
    }
    Snapshot snapshot = snapshot(filter);
    before.run();
    return snapshot;
  }

  /** Runs something once, after the next snapshot is made and before it is sent. */
  public synchronized void whileAnswering(Runnable action) {
    beforeAnswer = action;
  }

  public synchronized int snapshotsAsked() {
    return snapshots;
  }

  private synchronized Snapshot snapshot(MemberFilter filter) {
    return new Snapshot(
        epoch,
        seq,
        false,
        new ArrayList<>(members.values()).stream().filter(filter::matches).toList());
  }

  public static MemberId id(String name) {
    String[] parts = name.split("/", 2);
    return new MemberId(parts[0], parts[1]);
  }

  public static Member member(String name, long generation) {
    return Members.of(id(name))
        .binary("nova-" + id(name).group())
        .uuid("uuid-" + name)
        .version(5)
        .metadata(Map.of("zone", "az1"))
        .incarnation(generation, "a")
        .agent("agent-1")
        .backends("embedded")
        .build();
  }

  /** Adds a member without publishing it. */
  public synchronized FakeEvaluator knows(String name, Status status) {
    Verdict verdict =
        status == Status.UNKNOWN
            ? Verdict.UNKNOWN
            : new Verdict(status, Reason.INITIAL, NOW, NOW, false, "embedded");
    members.put(id(name), new MemberView(member(name, 1), verdict));
    return this;
  }

  public synchronized void knows(Member member, Status status) {
    members.put(
        member.id(),
        new MemberView(member, new Verdict(status, Reason.INITIAL, NOW, NOW, false, "embedded")));
  }

  /** Adds a member that the catalogue does not have, without publishing it. */
  public synchronized FakeEvaluator knowsWithoutARow(String name, Status status) {
    Verdict verdict = new Verdict(status, Reason.INITIAL, NOW, NOW, false, "embedded");
    members.put(id(name), new MemberView(Member.uncatalogued(id(name)), verdict, false));
    return this;
  }

  public synchronized void forgets(String name) {
    members.remove(id(name));
  }

  public synchronized void restarts(String newEpoch) {
    epoch = newEpoch;
    seq = 0;
  }

  /** Changes a member's status, and publishes that. */
  public synchronized StatusChange changes(String name, Status status, Reason reason) {
    StatusChange change = loses(name, status, reason);
    Topics.STATUS.publish(vertx, change);
    return change;
  }

  /** Changes a member's status, and loses the message. */
  public synchronized StatusChange loses(String name, Status status, Reason reason) {
    MemberView before = members.get(id(name));
    Member member = before == null ? member(name, 1) : before.member();
    Status previous = before == null ? Status.UNKNOWN : before.verdict().status();
    seq++;
    boolean catalogued = before == null || before.catalogued();
    if (reason == Reason.DELETED || (reason == Reason.LEFT && !catalogued)) {
      members.remove(id(name));
    } else {
      members.put(
          id(name),
          new MemberView(
              member, new Verdict(status, reason, NOW, NOW, false, "embedded"), catalogued));
    }
    return new StatusChange(
        epoch,
        seq,
        id(name),
        member.binary(),
        status,
        previous,
        reason,
        member.incarnation(),
        NOW.plusMillis(seq),
        NOW,
        "embedded");
  }

  public synchronized void digest() {
    Topics.STATUS_DIGEST.publish(vertx, new Digest(epoch, seq));
  }

  public void catalog(CatalogEvent.Type type, Member member, boolean own) {
    Topics.CATALOG.publish(vertx, new CatalogEvent(type, member, own));
  }
}
