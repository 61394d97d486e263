package io.servicegroup.model;

/**
 * Which members a list asks for. A null field does not filter.
 *
 * @param group only of this group
 * @param status only with this status
 * @param binary only of this binary
 * @param minVersion only of this version or a greater one
 */
public record MemberFilter(String group, Status status, String binary, Integer minVersion) {

  /** All members. */
  public static final MemberFilter ALL = new MemberFilter(null, null, null, null);

  /**
   * Whether a member is asked for.
   *
   * @param view the member
   * @return whether every set field agrees
   */
  public boolean matches(MemberView view) {
    Member member = view.member();
    return (group == null || group.equals(member.id().group()))
        && (binary == null || binary.equals(member.binary()))
        && (minVersion == null || member.version() >= minVersion)
        && (status == null || status == view.verdict().status());
  }
}
