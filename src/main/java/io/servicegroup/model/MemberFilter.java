package io.servicegroup.model;

import java.util.Optional;

/**
 * Which members a list asks for. A null field does not filter.
 *
 * @param group only of this group
 * @param host only of this host: with a group one member, and the cheapest list
 * @param status only with this status
 * @param binary only of this binary
 * @param minVersion only of this version or a greater one
 */
public record MemberFilter(
    String group, String host, Status status, String binary, Integer minVersion) {

  /** All members. */
  public static final MemberFilter ALL = new MemberFilter(null, null, null, null);

  /**
   * Members of any host.
   *
   * @param group only of this group
   * @param status only with this status
   * @param binary only of this binary
   * @param minVersion only of this version or a greater one
   */
  public MemberFilter(String group, Status status, String binary, Integer minVersion) {
    this(group, null, status, binary, minVersion);
  }

  /**
   * One member.
   *
   * @param id which
   * @return what asks for it alone
   */
  public static MemberFilter of(MemberId id) {
    return new MemberFilter(id.group(), id.host(), null, null, null);
  }

  /**
   * The member that this asks for, where it can be no other.
   *
   * @return empty where it may be several
   */
  public Optional<MemberId> onlyMember() {
    return group == null || host == null
        ? Optional.empty()
        : Optional.of(new MemberId(group, host));
  }

  /**
   * Whether a member is asked for.
   *
   * @param view the member
   * @return whether every set field agrees
   */
  public boolean matches(MemberView view) {
    Member member = view.member();
    return (group == null || group.equals(member.id().group()))
        && (host == null || host.equals(member.id().host()))
        && (binary == null || binary.equals(member.binary()))
        && (minVersion == null || member.version() >= minVersion)
        && (status == null || status == view.verdict().status());
  }
}
