package io.servicegroup.testkit;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * Makes members as tests want them: a test says what it is about. What it does not say is as of a
 * {@code nova-compute} of version 1 that no agent joined and of which nobody said anything.
 */
public final class Members {

  private MemberId id;
  private String binary = "nova-compute";
  private String uuid;
  private int version = 1;
  private Map<String, Object> metadata = Map.of();
  private boolean disabled;
  private String disabledReason;
  private boolean forcedDown;
  private Incarnation incarnation;
  private String agent;
  private Set<String> backends = Set.of();
  private Instant lastSeenUp;
  private long wordsOrder;

  private Members(MemberId id) {
    this.id = id;
  }

  /** Begins with nothing but a name. */
  public static Members of(MemberId id) {
    return new Members(id);
  }

  /** Begins with nothing but a name. */
  public static Members of(String group, String host) {
    return of(new MemberId(group, host));
  }

  /** Begins with what a service's own agent joins. */
  public static Members of(ServiceSpec spec) {
    return of(spec.id()).binary(spec.binary()).version(spec.version()).metadata(spec.metadata());
  }

  /** Begins with what another one is. */
  public static Members like(Member member) {
    Members like = of(member.id());
    like.binary = member.binary();
    like.uuid = member.uuid();
    like.version = member.version();
    like.metadata = member.metadata();
    like.disabled = member.disabled();
    like.disabledReason = member.disabledReason();
    like.forcedDown = member.forcedDown();
    like.incarnation = member.incarnation();
    like.agent = member.agent();
    like.backends = member.backends();
    like.lastSeenUp = member.lastSeenUp();
    like.wordsOrder = member.wordsOrder();
    return like;
  }

  public Members id(MemberId other) {
    id = other;
    return this;
  }

  public Members binary(String name) {
    binary = name;
    return this;
  }

  public Members uuid(String text) {
    uuid = text;
    return this;
  }

  public Members version(int number) {
    version = number;
    return this;
  }

  public Members metadata(Map<String, Object> json) {
    metadata = json;
    return this;
  }

  /** An operator's word; the reason is null for none. */
  public Members disabled(boolean word, String reason) {
    disabled = word;
    disabledReason = reason;
    return this;
  }

  public Members forcedDown(boolean word) {
    forcedDown = word;
    return this;
  }

  public Members incarnation(Incarnation life) {
    incarnation = life;
    return this;
  }

  public Members incarnation(long generation, String nonce) {
    return incarnation(new Incarnation(generation, nonce));
  }

  public Members agent(String name) {
    agent = name;
    return this;
  }

  public Members backends(String... names) {
    return backends(Set.of(names));
  }

  public Members backends(Set<String> names) {
    backends = names;
    return this;
  }

  public Members lastSeenUp(Instant time) {
    lastSeenUp = time;
    return this;
  }

  public Members wordsOrder(long order) {
    wordsOrder = order;
    return this;
  }

  /** The member. */
  public Member build() {
    return new Member(
        id,
        binary,
        uuid,
        version,
        metadata,
        disabled,
        disabledReason,
        forcedDown,
        incarnation,
        agent,
        backends,
        lastSeenUp,
        wordsOrder);
  }
}
