package io.servicegroup.model;

import java.util.Optional;

/**
 * Selects the members of a list. A field that is null selects all members.
 *
 * @param group the group of the members
 * @param host the host of the members; together with a group it selects one member
 * @param status the status of the members
 * @param binary the binary of the members
 * @param minVersion the smallest version of the members
 */
public record MemberFilter(
    String group, String host, Status status, String binary, Integer minVersion) {

  /** Selects all members. */
  public static final MemberFilter ALL = new MemberFilter(null, null, null, null);

  /**
   * Makes a filter that selects members of any host.
   *
   * @param group the group of the members
   * @param status the status of the members
   * @param binary the binary of the members
   * @param minVersion the smallest version of the members
   */
  public MemberFilter(String group, Status status, String binary, Integer minVersion) {
    this(group, null, status, binary, minVersion);
  }

  /**
   * Makes a filter that selects one member.
   *
   * @param id the member
   * @return the filter
   */
  public static MemberFilter of(MemberId id) {
    return new MemberFilter(id.group(), id.host(), null, null, null);
  }

  /**
   * Tells which member this filter selects, where it can be one only.
   *
   * @return the member; empty where the filter may select several
   */
  public Optional<MemberId> onlyMember() {
    return group == null || host == null
        ? Optional.empty()
        : Optional.of(new MemberId(group, host));
  }

  /**
   * Tells whether a member is selected.
   *
   * @param view the member
   * @return whether the member agrees with every field that is not null
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
